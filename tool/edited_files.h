#pragma once

#include "llvm/Support/VirtualFileSystem.h"

#include <map>
#include <string>

namespace heddle::tool {

/// The file system below, in which the files named by `contents` read as what
/// is given there, by whatever path or link they are reached.
llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem>
withEditedFiles(llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> below,
                const std::map<std::string, std::string> &contents);

} // namespace heddle::tool
