// What functions and types that carry no annotation do: the C++ library, POSIX
// and some third parties.
#pragma once

#include "model/roles.h"

namespace heddle::checks {

/// The roles of the API called `name` as tableName() spells it; empty if the
/// table does not know it.
RoleSet knownRoles(llvm::StringRef name);

} // namespace heddle::checks
