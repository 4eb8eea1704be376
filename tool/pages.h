#pragma once

#include "llvm/ADT/StringRef.h"

namespace heddle::tool {

/// docs/checks/ as it was when the program was built; empty if the check has no
/// page.
llvm::StringRef pageOf(llvm::StringRef check);

} // namespace heddle::tool
