#pragma once

#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>

namespace heddle::tool {

/// Where the page of the check is to read: under HEDDLE_DOCS_URL, or, if the
/// build has none, the file that came with the program; nothing if there is no
/// such file.
std::optional<std::string> pageUrl(llvm::StringRef check);

} // namespace heddle::tool
