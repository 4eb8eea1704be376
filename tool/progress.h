#pragma once

#include "llvm/ADT/StringRef.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace heddle::tool {

/// One line on the terminal that says how far the work is, and is gone when
/// the work is done. Writes nothing if stderr is not a terminal.
class Progress {
public:
  Progress(llvm::StringRef verb, size_t total);
  ~Progress();

  void started(llvm::StringRef what);
  void finished(llvm::StringRef what);

private:
  void draw();
  std::string timeLeft() const;

  std::string verb;
  size_t done = 0, total;
  std::vector<std::string> running;
  std::chrono::steady_clock::time_point start;
  /// Zero if there is no terminal.
  unsigned columns;
};

} // namespace heddle::tool
