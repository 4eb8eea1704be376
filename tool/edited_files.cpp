#include "edited_files.h"

#include "llvm/Support/MemoryBuffer.h"

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
                   const std::map<std::string, std::string> &contents)
      : ProxyFileSystem(std::move(below)) {
    for (const auto &[path, text] : contents)
      if (auto status = getUnderlyingFS().status(path))
        edited.emplace(status->getUniqueID(), text);
  }

private:
  const StringRef *find(const vfs::Status &status) const {
    auto it = edited.find(status.getUniqueID());
    return it == edited.end() ? nullptr : &it->second;
  }

  ErrorOr<vfs::Status> status(const Twine &path) override {
    ErrorOr<vfs::Status> result = ProxyFileSystem::status(path);
    if (result)
      if (const StringRef *text = find(*result))
        return vfs::Status::copyWithNewSize(*result, text->size());
    return result;
  }

  ErrorOr<std::unique_ptr<vfs::File>>
  openFileForRead(const Twine &path) override {
    if (auto now = ProxyFileSystem::status(path))
      if (const StringRef *text = find(*now))
        return std::make_unique<EditedFile>(
            vfs::Status::copyWithNewSize(*now, text->size()), *text);
    return ProxyFileSystem::openFileForRead(path);
  }

  std::map<sys::fs::UniqueID, StringRef> edited;
};

} // namespace

IntrusiveRefCntPtr<vfs::FileSystem>
withEditedFiles(IntrusiveRefCntPtr<vfs::FileSystem> below,
                const std::map<std::string, std::string> &contents) {
  if (contents.empty())
    return below;
  return makeIntrusiveRefCnt<EditedFileSystem>(std::move(below), contents);
}

} // namespace heddle::tool
