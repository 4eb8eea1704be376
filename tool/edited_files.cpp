#include "edited_files.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/MemoryBuffer.h"

#include <set>

using namespace llvm;

namespace heddle::tool {
namespace {

class EditedFile final : public vfs::File {
public:
  EditedFile(vfs::Status status, StringRef text)
      : fileStatus(std::move(status)), text(text) {}

  ErrorOr<vfs::Status> status() override { return fileStatus; }
  ErrorOr<std::unique_ptr<MemoryBuffer>> getBuffer(const Twine &name, int64_t,
                                                   bool, bool) override {
    return MemoryBuffer::getMemBufferCopy(text, name);
  }
  std::error_code close() override { return {}; }

private:
  vfs::Status fileStatus;
  StringRef text;
};

class EditedFileSystem final : public vfs::ProxyFileSystem {
public:
  EditedFileSystem(IntrusiveRefCntPtr<vfs::FileSystem> below,
                   const std::map<std::string, std::string> &contents,
                   ArrayRef<std::string> absent)
      : ProxyFileSystem(std::move(below)) {
    for (const std::string &path : absent)
      if (auto status = getUnderlyingFS().status(path))
        hidden.insert(status->getUniqueID());
    for (const auto &[path, text] : contents) {
      if (auto status = getUnderlyingFS().status(path))
        edited.emplace(status->getUniqueID(), text);
      else
        added.addFile(path, 0, MemoryBuffer::getMemBuffer(text, path));
    }
  }

private:
  const StringRef *find(const vfs::Status &status) const {
    auto it = edited.find(status.getUniqueID());
    return it == edited.end() ? nullptr : &it->second;
  }

  static std::error_code noSuchFile() {
    return make_error_code(errc::no_such_file_or_directory);
  }

  ErrorOr<std::string> absolute(const Twine &path) const {
    SmallString<256> result;
    path.toVector(result);
    if (std::error_code error = makeAbsolute(result))
      return error;
    return result.str().str();
  }

  ErrorOr<vfs::Status> status(const Twine &path) override {
    ErrorOr<vfs::Status> result = ProxyFileSystem::status(path);
    if (!result) {
      ErrorOr<std::string> full = absolute(path);
      ErrorOr<vfs::Status> found = full ? added.status(*full) : noSuchFile();
      return found ? vfs::Status::copyWithNewName(*found, path) : found;
    }
    if (hidden.count(result->getUniqueID()))
      return noSuchFile();
    if (const StringRef *text = find(*result))
      return vfs::Status::copyWithNewSize(*result, text->size());
    return result;
  }

#if LLVM_VERSION_MAJOR >= 20
  bool exists(const Twine &path) override { return bool(status(path)); }
#endif

  ErrorOr<std::unique_ptr<vfs::File>>
  openFileForRead(const Twine &path) override {
    auto now = ProxyFileSystem::status(path);
    if (!now) {
      ErrorOr<std::string> full = absolute(path);
      return full ? added.openFileForRead(*full) : noSuchFile();
    }
    if (hidden.count(now->getUniqueID()))
      return noSuchFile();
    if (const StringRef *text = find(*now))
      return std::make_unique<EditedFile>(
          vfs::Status::copyWithNewSize(*now, text->size()), *text);
    return ProxyFileSystem::openFileForRead(path);
  }

  std::map<sys::fs::UniqueID, StringRef> edited;
  std::set<sys::fs::UniqueID> hidden;
  /// What is not there below, and the directories above it.
  vfs::InMemoryFileSystem added;
};

} // namespace

IntrusiveRefCntPtr<vfs::FileSystem>
withEditedFiles(IntrusiveRefCntPtr<vfs::FileSystem> below,
                const std::map<std::string, std::string> &contents,
                ArrayRef<std::string> absent) {
  if (contents.empty() && absent.empty())
    return below;
  return makeIntrusiveRefCnt<EditedFileSystem>(std::move(below), contents,
                                               absent);
}

} // namespace heddle::tool
