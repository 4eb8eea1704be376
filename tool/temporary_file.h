#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace heddle::tool {

/// A whole file under a name of its own, to be renamed to what it replaces.
/// Gone unless it is kept, also if the program is interrupted.
class TemporaryFile {
public:
  /// Writes the text to a new file in the directory; `prefix` begins its name.
  /// If `like` names a file, the new one has its mode, and its owner where that
  /// can be given.
  static llvm::Expected<TemporaryFile> write(const llvm::Twine &directory,
                                             llvm::StringRef prefix,
                                             llvm::StringRef text,
                                             llvm::StringRef like = "");

  TemporaryFile(TemporaryFile &&other) : name(std::move(other.name)) {
    other.name.clear();
  }
  TemporaryFile &operator=(TemporaryFile &&) = delete;
  ~TemporaryFile();

  /// Puts the file in the place of `target`, in one step.
  llvm::Error keep(llvm::StringRef target);

private:
  TemporaryFile() = default;

  std::string name;
};

} // namespace heddle::tool
