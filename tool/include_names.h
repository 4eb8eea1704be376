#pragma once

#include "project.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace heddle::tool {

/// Which units may include which files, told by the last part of their names
/// alone. Errs on the side of "may": two headers of one name count as one.
/// Reads files, but parses nothing.
class IncludeNames {
public:
  /// Takes in what the file includes.
  void add(llvm::StringRef file, llvm::StringRef text);
  /// Takes in the headers that the unit's command includes.
  void add(const Unit &unit);

  /// The names of the files that `file` may come to include; "*" among them if
  /// any may be.
  llvm::StringSet<> reachableFrom(llvm::StringRef file) const;

private:
  /// By name; "*" for what a macro names.
  llvm::StringMap<llvm::StringSet<>> includes;
};

} // namespace heddle::tool
