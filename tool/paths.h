#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace heddle::tool {

/// The path, taken from `directory` if it is relative, with symbolic links
/// resolved; where there is no such file, only made absolute.
std::string realPath(llvm::StringRef path, llvm::StringRef directory = "");

/// A real path as a person in the current directory would type it.
std::string displayPath(llvm::StringRef path);

/// Whether `path` is `directory` or something below it. Both are real paths.
bool isUnder(llvm::StringRef path, llvm::StringRef directory);

/// `path` as seen from `directory`; `path` itself if it is not below it.
llvm::StringRef relativeTo(llvm::StringRef path, llvm::StringRef directory);

std::string currentDirectory();

} // namespace heddle::tool
