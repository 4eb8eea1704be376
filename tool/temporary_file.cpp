#include "temporary_file.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"

#include <cerrno>
#include <csignal>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;
namespace fs = llvm::sys::fs;

namespace heddle::tool {
namespace {

bool writeAll(int descriptor, StringRef text) {
  // A limit on the size of files is an error like a full disk, not a death.
  static const bool ignored = std::signal(SIGXFSZ, SIG_IGN) != SIG_ERR;
  (void)ignored;
  while (!text.empty()) {
    ssize_t n = ::write(descriptor, text.data(), text.size());
    if (n > 0)
      text = text.drop_front(n);
    else if (errno != EINTR)
      return false;
  }
  return true;
}

/// Makes a file that a signal removes, however early it comes.
std::error_code makeRemovable(StringRef model, int &descriptor,
                              std::string &name) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  SmallString<256> made;
  std::error_code code = fs::createUniqueFile(model, descriptor, made);
  if (!code) {
    name = made.str().str();
    sys::RemoveFileOnSignal(name);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return code;
}

/// Whoever owned the file keeps it; only root can and must see to that.
bool makeLike(int descriptor, const struct stat &model) {
  return (::fchown(descriptor, model.st_uid, model.st_gid) == 0 ||
          ::geteuid() != 0) &&
         ::fchmod(descriptor, model.st_mode & 07777) == 0 &&
         ::fsync(descriptor) == 0;
}

} // namespace

Expected<TemporaryFile> TemporaryFile::write(const Twine &directory,
                                             StringRef prefix, StringRef text,
                                             StringRef like) {
  struct stat model;
  if (!like.empty() && ::stat(like.str().c_str(), &model) != 0)
    return errorCodeToError(errnoAsErrorCode());
  SmallString<256> path;
  directory.toVector(path);
  sys::path::append(path, prefix + "%%%%%%%%.tmp");
  int descriptor;
  TemporaryFile file;
  if (std::error_code code = makeRemovable(path, descriptor, file.name))
    return errorCodeToError(code);
  bool whole = writeAll(descriptor, text) &&
               (like.empty() || makeLike(descriptor, model));
  std::error_code code = errnoAsErrorCode();
  // Some file systems tell only now that they are full.
  if (::close(descriptor) != 0 && whole) {
    whole = false;
    code = errnoAsErrorCode();
  }
  if (!whole)
    return errorCodeToError(code);
  return file;
}

TemporaryFile::~TemporaryFile() {
  if (name.empty())
    return;
  fs::remove(name);
  sys::DontRemoveFileOnSignal(name);
}

Error TemporaryFile::keep(StringRef target) {
  if (std::error_code code = fs::rename(name, target))
    return errorCodeToError(code);
  sys::DontRemoveFileOnSignal(name);
  name.clear();
  return Error::success();
}

} // namespace heddle::tool
