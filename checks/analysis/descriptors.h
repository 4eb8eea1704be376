// Calls that could wait, and visibly do not.
#pragma once

#include "analysis/unit.h"

namespace heddle::checks {

/// The code shows that `call`, of a function that blocks, waits for nothing:
/// its descriptor is made non-blocking in view, or its flags or time-out say
/// so.
bool visiblyReturnsAtOnce(Unit &unit, const Call &call);

} // namespace heddle::checks
