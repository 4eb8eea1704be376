/// What a body comes to do through the calls it makes.
#pragma once

#include "analysis/unit.h"

namespace heddle::checks {

/// The roles of all calls that `fn` makes, also through bodies in view that run
/// before it returns.
RoleSet rolesWithin(Unit &unit, const Function &fn);

} // namespace heddle::checks
