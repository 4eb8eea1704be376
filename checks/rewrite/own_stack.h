/// Code that gets a stack of its own.
#pragma once

#include "analysis/unit.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Makes `call` on a stack of `bytes`. Fails where its result is no value.
Edits calledOnStack(Unit &unit, const Source &source, const Call &call,
                    uint64_t bytes);

/// Runs the whole body of `fn` on a stack of `bytes`. Fails where its results
/// could get another type.
Edits runOnStack(Unit &unit, const Source &source, const Function &fn,
                 uint64_t bytes);

} // namespace heddle::checks
