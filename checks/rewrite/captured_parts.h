/// Parts of an object, captured in place of the whole.
#pragma once

#include "analysis/captures.h"
#include "analysis/object_parts.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Captures each of `parts` by value, `[user = request.user]`, and gives its
/// reads in `task` the new name. Fails where such a copy would mean another
/// object, or cannot be made.
Edits withParts(Unit &unit, const Source &source, const clang::LambdaExpr &task,
                const Capture &capture, const PartsRead &parts);

} // namespace heddle::checks
