#pragma once

#include "finding.h"
#include "unit_runner.h"

#include "llvm/ADT/StringMap.h"

#include <string>
#include <vector>

namespace heddle::tool {

struct Position {
  unsigned line = 0;
  unsigned column = 0;
};

/// The text of files, read once: what is on disk, or the edited content.
class Sources {
public:
  /// Empty if the file cannot be read.
  llvm::StringRef text(llvm::StringRef file);
  bool canRead(llvm::StringRef file) { return load(file).readable; }

  /// Counted from 1, columns in bytes as compilers do.
  Position locate(const Span &where);
  llvm::StringRef line(llvm::StringRef file, unsigned number);
  bool hasLine(llvm::StringRef file, unsigned number) {
    return number > 0 && number <= load(file).lineStarts.size();
  }

  /// Makes `locate` say so, whatever the file holds: for places that another
  /// machine has seen.
  void remember(const Span &where, Position position);

  /// Makes the files read as given.
  void edit(const Contents &contents);

private:
  struct File {
    std::string text;
    bool readable = false;
    std::vector<unsigned> lineStarts;
  };
  File &load(llvm::StringRef file);
  static File make(std::string text);

  llvm::StringMap<File> files;
  std::map<std::pair<std::string, unsigned>, Position> remembered;
};

} // namespace heddle::tool
