#pragma once

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/VirtualFileSystem.h"

#include <string>
#include <vector>

namespace heddle::tool {

/// A path that the result for a unit depends on, and how it was: the content of
/// a file, what is in a directory, or that there was nothing. A header that is
/// not there today would be found before the one that is, once it is made.
struct Input {
  std::string path;
  /// The first letter says what follows: `c` hash of content, `l` hash of a
  /// directory's names, `f` a file that was not opened, `d` a directory that
  /// was not listed, `-` nothing, `?` what cannot be told again.
  std::string state;
  /// What the path of a file in the project stands for, links resolved.
  std::string real;
};

/// The hash of content, in hexadecimal.
std::string hashOf(llvm::StringRef bytes);

/// The file system below, which remembers all that was asked of it.
class InputRecorder final : public llvm::vfs::ProxyFileSystem {
public:
  InputRecorder(llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> below,
                std::string root);

  /// In order of path.
  std::vector<Input> inputs() const;

  llvm::ErrorOr<llvm::vfs::Status> status(const llvm::Twine &path) override;
#if LLVM_VERSION_MAJOR >= 20
  bool exists(const llvm::Twine &path) override { return bool(status(path)); }
#endif
  llvm::ErrorOr<std::unique_ptr<llvm::vfs::File>>
  openFileForRead(const llvm::Twine &path) override;
  llvm::vfs::directory_iterator dir_begin(const llvm::Twine &directory,
                                          std::error_code &error) override;

private:
  class RecordedFile;

  std::string absolute(const llvm::Twine &path) const;
  void note(llvm::StringRef path, std::string state);
  void noteFailure(llvm::StringRef path, std::error_code error);

  std::string root;
  llvm::StringMap<std::string> states;
  llvm::StringSet<> directories, missing;
};

/// How files are now: each is looked at once, and taken to stay as it is.
class FileStates {
public:
  explicit FileStates(llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> below)
      : below(std::move(below)) {}

  bool holds(const Input &input);

  /// The hash of the file's content; empty if it cannot be read.
  llvm::StringRef content(llvm::StringRef path) { return load(path).hash; }

private:
  struct File {
    std::string hash, real;
  };
  const File &load(llvm::StringRef path);

  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> below;
  llvm::StringMap<File> files;
};

} // namespace heddle::tool
