#pragma once

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"

#include <string>

namespace heddle::tool {

/// Asks a person about one fix after another, on stdin and stdout. The end of
/// the input is an answer: no more.
class Chooser {
public:
  /// Whether to make the fix. `show` prints what it is.
  bool wants(llvm::StringRef file, llvm::function_ref<void()> show);

  /// Nothing more is wanted.
  bool hasEnded() const { return ended; }

private:
  bool ended = false, all = false;
  /// Files in which nothing more is wanted.
  llvm::StringSet<> left;
};

} // namespace heddle::tool
