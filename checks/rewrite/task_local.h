/// Variables of threads, as variables of tasks.
#pragma once

#include "analysis/unit.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Makes `variable`, which is thread-local, a TaskLocal, and changes all its
/// uses with it. Fails where it may be used out of view, or by code that is
/// known to run on a thread of its own.
Edits asTaskLocal(Unit &unit, const Source &source,
                  const clang::VarDecl &variable);

} // namespace heddle::checks
