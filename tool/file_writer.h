#pragma once

#include "unit_runner.h"

#include "llvm/Support/Error.h"

namespace heddle::tool {

/// Gives the files their new contents. Each is replaced in one step, so that an
/// interrupt at any moment leaves it either old or new, and none is touched
/// before all new ones are complete on the disk.
/// Fails, without touching any, if a file no longer reads as in `before`.
llvm::Error writeFiles(const Contents &before, const Contents &after);

/// Why the file cannot be replaced, in words; nothing if it can.
std::optional<std::string> whyUnwritable(llvm::StringRef file);

} // namespace heddle::tool
