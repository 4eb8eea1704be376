// How much a body of code does.
#pragma once

#include "analysis/unit.h"

namespace heddle::checks {

/// `fn` has no loop, starts and waits for nothing, and calls only operators and
/// accessors: arithmetic, atomics, indexing, assignment. What reports that work
/// is done counts as nothing.
bool isTiny(Unit &unit, const Function &fn);

} // namespace heddle::checks
