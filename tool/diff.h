#pragma once

#include "llvm/ADT/StringRef.h"

namespace llvm {
class raw_ostream;
}

namespace heddle::tool {

/// Writes the change of a file as `diff -u` does, with colours where `out`
/// has them.
void printDiff(llvm::StringRef name, llvm::StringRef before,
               llvm::StringRef after, llvm::raw_ostream &out);

} // namespace heddle::tool
