#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/VirtualFileSystem.h"

#include <map>
#include <string>

namespace heddle::tool {

/// The file system below, in which the files named by `contents` read as what
/// is given there, by whatever path or link they are reached, and those named
/// by `absent` are not there. A file of `contents` need not be there below; it
/// is then reached by its path alone.
llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem>
withEditedFiles(llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> below,
                const std::map<std::string, std::string> &contents,
                llvm::ArrayRef<std::string> absent);

} // namespace heddle::tool
