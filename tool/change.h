#pragma once

#include "linter.h"
#include "repository.h"

namespace heddle::tool {

struct ChangedFile {
  /// Real paths; empty if the file was added or deleted.
  std::string before, after;

  /// Lines that others took the place of. Counted from 1; where there are
  /// none, the line after which.
  struct Hunk {
    unsigned beginBefore, countBefore, begin, count;
  };
  std::vector<Hunk> hunks;

  /// Where the line was, unless the change wrote it.
  std::optional<unsigned> lineBefore(unsigned line) const;

  /// Whether a line from before is not there any more.
  bool removes(unsigned lineBefore) const;
};

/// What differs between two states of a repository.
struct Change {
  /// What it begins with, in words: "main (cb74d47a1b)".
  std::string base;
  std::vector<ChangedFile> files;
  Snapshot before, after;
};

/// From where HEAD's history left that of `revision` to the working tree, with
/// its new files.
llvm::Expected<Change> changeSince(const Repository &repository,
                                   llvm::StringRef revision);

/// From HEAD to what is staged.
llvm::Expected<Change> stagedChange(const Repository &repository);

} // namespace heddle::tool
