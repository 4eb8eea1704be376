#include "file_writer.h"

#include "command.h"
#include "paths.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;
namespace fs = llvm::sys::fs;

namespace heddle::tool {
namespace {

Error cannotWrite(StringRef file, const Twine &why) {
  return makeError("cannot write " + displayPath(file) + ": " + why +
                   "\n  nothing was written");
}

Error cannotWrite(StringRef file, std::error_code code) {
  return cannotWrite(file, code.message());
}

/// A complete new version of the file, beside it so that a rename can put it in
/// its place. Removed if the program is interrupted.
Expected<fs::TempFile> prepare(StringRef file, StringRef text) {
  struct stat old;
  if (::stat(file.str().c_str(), &old) != 0)
    return cannotWrite(file, errnoAsErrorCode());
  SmallString<256> model(sys::path::parent_path(file));
  sys::path::append(model, ".heddle-%%%%%%%%.tmp");
  Expected<fs::TempFile> temporary = fs::TempFile::create(model);
  if (!temporary)
    return cannotWrite(file, toString(temporary.takeError()));

  raw_fd_ostream out(temporary->FD, /*shouldClose=*/false);
  out << text;
  out.flush();
  std::error_code code = out.error();
  out.clear_error();
  // Whoever owned the file keeps it; only root can and must see to that.
  if (!code && ::fchown(temporary->FD, old.st_uid, old.st_gid) != 0 &&
      ::geteuid() == 0)
    code = errnoAsErrorCode();
  if (!code && (::fchmod(temporary->FD, old.st_mode & 07777) != 0 ||
                ::fsync(temporary->FD) != 0))
    code = errnoAsErrorCode();
  if (!code)
    return temporary;
  consumeError(temporary->discard());
  return cannotWrite(file, code);
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
  if (::access(directory.c_str(), W_OK) != 0)
    return "its directory: " + errnoAsErrorCode().message();
  return std::nullopt;
}

Error writeFiles(const Contents &before, const Contents &after) {
  std::vector<std::pair<std::string, fs::TempFile>> prepared;
  auto discard = [&](Error error) {
    for (auto &[file, temporary] : prepared)
      consumeError(temporary.discard());
    return error;
  };
  for (const auto &[file, text] : after) {
    Expected<fs::TempFile> temporary = prepare(file, text);
    if (!temporary)
      return discard(temporary.takeError());
    prepared.emplace_back(file, std::move(*temporary));
  }
  for (const auto &[file, text] : before) {
    auto now = MemoryBuffer::getFile(file, false, false, /*IsVolatile=*/true);
    if (!now || (*now)->getBuffer() != text)
      return discard(cannotWrite(file, "it was changed meanwhile; run again"));
  }
  while (!prepared.empty()) {
    auto &[file, temporary] = prepared.back();
    if (Error error = temporary.keep(file))
      return discard(makeError("cannot replace " + displayPath(file) + ": " +
                               toString(std::move(error))));
    prepared.pop_back();
  }
  return Error::success();
}

} // namespace heddle::tool
