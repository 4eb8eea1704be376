#pragma once

#include "editor_setup.h"

namespace heddle::tool {

/// What lints each pull request on "github" or "gitlab".
Setup ciSetup(llvm::StringRef service);

/// What lints each commit before it is made, by the pre-commit program.
Setup preCommitSetup();

} // namespace heddle::tool
