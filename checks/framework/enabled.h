/// Which checks run.
#pragma once

#include "framework/check_info.h"

#include <string>

namespace heddle::checks {

/// What every check's name begins with.
inline constexpr llvm::StringRef namePrefix = "heddle-";

/// The globs of the checks up to `leastSevere`, each after a comma.
std::string globsOfTier(Tier leastSevere);

/// The `Checks` to run where configuration says `configured`: checks of ours
/// are on up to `leastSevere` unless it says otherwise. A list that turns none
/// of ours on was written for other checks; of that, only what takes one of
/// ours away counts.
std::string enabledChecks(llvm::StringRef configured,
                          Tier leastSevere = Tier::Cost);

} // namespace heddle::checks
