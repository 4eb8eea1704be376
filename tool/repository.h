#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace heddle::tool {

/// A git repository with a working tree, asked by way of the `git` program.
class Repository {
public:
  /// The one that `directory` is in.
  static llvm::Expected<Repository> around(llvm::StringRef directory);

  /// The real path of its working tree.
  llvm::StringRef top() const { return directory; }

  /// What `git` writes when it is called with these arguments; its complaint,
  /// if it fails.
  llvm::Expected<std::string> git(llvm::ArrayRef<llvm::StringRef> arguments,
                                  llvm::StringRef input = "") const;

  /// The commit where the history of `revision` and of HEAD part. Fails with
  /// words on what to fetch.
  llvm::Expected<std::string> mergeBase(llvm::StringRef revision) const;

  /// The contents of blobs, in their order.
  llvm::Expected<std::vector<std::string>>
  blobs(llvm::ArrayRef<std::string> names) const;

private:
  explicit Repository(std::string directory)
      : directory(std::move(directory)) {}
  bool isShallow() const;

  std::string directory;
};

} // namespace heddle::tool
