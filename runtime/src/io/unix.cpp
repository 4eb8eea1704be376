#include "heddle/unix.h"

#include "io/socket.h"

#include <cstddef>
#include <cstring>
#include <sys/un.h>
#include <unistd.h>

namespace heddle {
namespace {

using detail::Descriptor;

detail::SystemAddress address_of(const std::string &path,
                                 const std::string &what) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.find('\0') != std::string::npos)
    detail::fail(EINVAL, what);
  if (path.size() >= sizeof address.sun_path)
    detail::fail(ENAMETOOLONG, what);
  path.copy(address.sun_path, path.size());
  const bool abstract = path.front() == '@';
  if (abstract)
    address.sun_path[0] = '\0';
  detail::SystemAddress system;
  std::memcpy(&system.storage, &address, sizeof address);
  system.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) +
                                       path.size() + !abstract);
  return system;
}

Descriptor connect_unix(const Context *context, const std::string &path) {
  const std::string what = "cannot connect to " + path;
  return detail::connect_to(address_of(path, what), SOCK_STREAM, context, what);
}

// As short as it gets: the directory is in the system's memory.
void remove_name(const std::string &path) noexcept HEDDLE_RETURNS_AT_ONCE {
  ::unlink(path.c_str());
}

} // namespace

UnixStream UnixStream::connect(const std::string &path) {
  return UnixStream(connect_unix(nullptr, path));
}

UnixStream UnixStream::connect(const Context &context,
                               const std::string &path) {
  return UnixStream(connect_unix(&context, path));
}

std::pair<UnixStream, UnixStream> UnixStream::pair() {
  int ends[2];
  const ssize_t result = detail::result_of([&] {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                      ends);
  });
  if (result < 0)
    detail::fail(-result, "cannot make a pair of streams");
  Descriptor first;
  try {
    first = Descriptor(ends[0]);
  } catch (...) {
    ::close(ends[1]);
    throw;
  }
  return {UnixStream(std::move(first)), UnixStream(Descriptor(ends[1]))};
}

UnixListener UnixListener::bind(const std::string &path) {
  const std::string what = "cannot listen at " + path;
  const detail::SystemAddress address = address_of(path, what);
  const int fd = detail::open_nonblocking_socket(AF_UNIX, SOCK_STREAM, what);
  ssize_t result = detail::result_of(
      [&] { return ::bind(fd, address.get(), address.size); });
  const bool made = result == 0 && path.front() != '@';
  if (result == 0)
    result = detail::result_of([&] { return ::listen(fd, SOMAXCONN); });
  if (result < 0) {
    ::close(fd);
    if (made)
      remove_name(path);
    detail::fail(-result, what);
  }
  return UnixListener(Descriptor(fd), made ? path : "");
}

std::optional<UnixStream> UnixListener::accept() {
  Descriptor connection = detail::accept_from(descriptor_, nullptr);
  if (!connection.get())
    return std::nullopt;
  return UnixStream(std::move(connection));
}

std::optional<UnixStream> UnixListener::accept(const Context &context) {
  Descriptor connection = detail::accept_from(descriptor_, &context);
  if (!connection.get())
    return std::nullopt;
  return UnixStream(std::move(connection));
}

// Removed first: by the time nobody answers there is nothing to find.
void UnixListener::close() noexcept {
  if (descriptor_.is_open() && !path_.empty())
    remove_name(path_);
  descriptor_.close();
}

} // namespace heddle
