#include "file_writer.h"

#include "command.h"
#include "paths.h"
#include "temporary_file.h"

#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;

namespace heddle::tool {
namespace {

Error cannotWrite(StringRef file, const Twine &why) {
  return makeError("cannot write " + displayPath(file) + ": " + why +
                   "\n  nothing was written");
}

} // namespace

std::optional<std::string> whyUnwritable(StringRef file) {
  struct stat status;
  // Root may write what is read-only, but it is so for a reason.
  if (::stat(file.str().c_str(), &status) == 0 && (status.st_mode & 0222) == 0)
    return "it is read-only";
  if (::access(file.str().c_str(), W_OK) != 0)
    return errnoAsErrorCode().message();
  std::string directory = sys::path::parent_path(file).str();
  if (::stat(directory.c_str(), &status) == 0 && (status.st_mode & 0222) == 0)
    return "its directory is read-only";
  if (::access(directory.c_str(), W_OK) != 0)
    return "its directory: " + errnoAsErrorCode().message();
  return std::nullopt;
}

Error writeFiles(const Contents &before, const Contents &after) {
  std::vector<std::pair<StringRef, TemporaryFile>> prepared;
  for (const auto &[file, text] : after) {
    Expected<TemporaryFile> whole = TemporaryFile::write(
        sys::path::parent_path(file), ".heddle-", text, file);
    if (!whole)
      return cannotWrite(file, toString(whole.takeError()));
    prepared.emplace_back(file, std::move(*whole));
  }
  for (const auto &[file, text] : before) {
    auto now = MemoryBuffer::getFile(file, false, false, /*IsVolatile=*/true);
    if (!now || (*now)->getBuffer() != text)
      return cannotWrite(file, "it was changed meanwhile; run again");
  }
  for (size_t done = 0; auto &[file, whole] : prepared) {
    if (Error error = whole.keep(file))
      return makeError("cannot replace " + displayPath(file) + ": " +
                       toString(std::move(error)) + "\n  " + Twine(done) +
                       " of " + Twine(prepared.size()) +
                       " files were written, each whole; run again");
    ++done;
  }
  return Error::success();
}

} // namespace heddle::tool
