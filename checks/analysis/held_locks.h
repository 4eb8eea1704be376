// Whether a lock may be held somewhere, seen from who calls it.
#pragma once

#include "analysis/lock_regions.h"

namespace heddle::checks {

/// As far as the code in view tells, `call` may be made while a lock is held
/// that belongs to the thread: the task must not go on on another one.
bool mayHoldThreadLock(Unit &unit, const Call &call);

} // namespace heddle::checks
