#include "heddle/file.h"

#include "heddle/foreign.h"
#include "io/socket.h"
#include "io/system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heddle {
namespace {

int flags_of(File::Mode mode) noexcept {
  switch (mode) {
  case File::Mode::read:
    return O_RDONLY;
  case File::Mode::write:
    return O_WRONLY | O_CREAT | O_TRUNC;
  case File::Mode::append:
    return O_WRONLY | O_CREAT | O_APPEND;
  case File::Mode::update:
    return O_RDWR;
  case File::Mode::create:
    return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

// What the call returns, made where it may block.
template <class Call>
ssize_t check(const char *what, const std::string &path, Call call) {
  const ssize_t result = blocking([&] { return detail::result_of(call); });
  if (result < 0)
    detail::fail(-result, what + path);
  return result;
}

} // namespace

File File::open(const std::string &path, Mode mode, unsigned permissions) {
  const ssize_t fd = check("cannot open ", path, [&] {
    return ::open(path.c_str(), flags_of(mode) | O_CLOEXEC, permissions);
  });
  return File(static_cast<int>(fd), path);
}

File &File::operator=(File &&other) noexcept {
  File former(std::move(other));
  std::swap(fd_, former.fd_);
  std::swap(path_, former.path_);
  return *this;
}

File::~File() {
  if (fd_ >= 0)
    blocking([this] { return ::close(fd_); });
}

std::size_t File::read(Bytes buffer) {
  return static_cast<std::size_t>(check("cannot read ", path_, [&] {
    return ::read(fd_, buffer.data(), buffer.size());
  }));
}

std::size_t File::read_at(std::uint64_t offset, Bytes buffer) const {
  return static_cast<std::size_t>(check("cannot read ", path_, [&] {
    return ::pread(fd_, buffer.data(), buffer.size(),
                   static_cast<off_t>(offset));
  }));
}

void File::write(ConstBytes data) {
  while (!data.empty())
    data =
        data.after(static_cast<std::size_t>(check("cannot write ", path_, [&] {
          return ::write(fd_, data.data(), data.size());
        })));
}

void File::write_at(std::uint64_t offset, ConstBytes data) {
  while (!data.empty()) {
    const auto written =
        static_cast<std::size_t>(check("cannot write ", path_, [&] {
          return ::pwrite(fd_, data.data(), data.size(),
                          static_cast<off_t>(offset));
        }));
    data = data.after(written);
    offset += written;
  }
}

std::uint64_t File::seek(std::int64_t offset, From from) {
  const int whence = from == From::start      ? SEEK_SET
                     : from == From::position ? SEEK_CUR
                                              : SEEK_END;
  const ssize_t position =
      detail::result_of([&] { return ::lseek(fd_, offset, whence); });
  if (position < 0)
    detail::fail(-position, "cannot move within " + path_);
  return static_cast<std::uint64_t>(position);
}

std::uint64_t File::size() const {
  struct stat status;
  check("cannot tell the size of ", path_,
        [&] { return ::fstat(fd_, &status); });
  return static_cast<std::uint64_t>(status.st_size);
}

void File::resize(std::uint64_t size) {
  check("cannot resize ", path_,
        [&] { return ::ftruncate(fd_, static_cast<off_t>(size)); });
}

void File::sync() {
  check("cannot sync ", path_, [&] { return ::fsync(fd_); });
}

void File::close() {
  const int fd = std::exchange(fd_, -1);
  if (fd < 0)
    return;
  // Not again after a signal: the number may be another file's by then.
  const ssize_t result = blocking(
      [&] { return detail::result_once([&] { return ::close(fd); }); });
  if (result < 0 && result != -EINTR)
    detail::fail(-result, "cannot close " + path_);
}

} // namespace heddle
