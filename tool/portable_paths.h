#pragma once

#include "finding.h"

namespace heddle::tool {

/// Paths in a form that means the same in another checkout of a project: those
/// in it as seen from its root, all others as they are.
class PortablePaths {
public:
  explicit PortablePaths(llvm::StringRef root) : root(root) {}

  std::string pack(llvm::StringRef path) const;
  std::string unpack(llvm::StringRef path) const;

  /// Replaces the root in a word of a command, where that is sure to be what it
  /// means.
  std::string packWord(llvm::StringRef word) const;

  void pack(UnitResult &result) const;
  void unpack(UnitResult &result) const;

  /// Takes what the word of a command names outside the project as a place
  /// that is the same for every checkout.
  void addFixed(llvm::StringRef word);

  /// Whether a path outside the project could have been reached from its root,
  /// so that it is another one for another checkout.
  bool isNear(llvm::StringRef path) const;

private:
  std::string root;
  std::vector<std::string> fixed;
};

} // namespace heddle::tool
