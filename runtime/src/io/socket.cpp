#include "io/socket.h"

#include <algorithm>
#include <cstring>
#include <netinet/in.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace heddle::detail {
namespace {

constexpr Duration shortest_pause = std::chrono::milliseconds(1);
constexpr Duration longest_pause = std::chrono::milliseconds(100);

std::string describe(const SystemAddress &address) {
  switch (address.storage.ss_family) {
  case AF_INET:
  case AF_INET6:
    return address.value().to_string();
  case AF_UNIX: {
    const auto *unix_address =
        reinterpret_cast<const sockaddr_un *>(&address.storage);
    return address.size > sizeof(sa_family_t) && unix_address->sun_path[0]
               ? unix_address->sun_path
               : "";
  }
  default:
    return "";
  }
}

// Linux tells a listener of an error of the connection that it had for it, as
// if it were the listener's.
bool concerns_connection(ssize_t error) noexcept {
  switch (error) {
  case ECONNABORTED:
  case ENETDOWN:
  case EPROTO:
  case ENOPROTOOPT:
  case EHOSTDOWN:
  case ENONET:
  case EHOSTUNREACH:
  case EOPNOTSUPP:
  case ENETUNREACH:
  case EPERM:
    return true;
  default:
    return false;
  }
}

bool lacks_resources(ssize_t error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS ||
         error == ENOMEM;
}

} // namespace

void fail(ssize_t error, const std::string &what) {
  throw std::system_error(static_cast<int>(error), std::generic_category(),
                          what);
}

void fail(ssize_t error, const std::string &what, Pollable *pollable) {
  SystemAddress address;
  ssize_t asked = pollable->call_once([&](int fd) {
    return result_of(
        [&] { return getpeername(fd, address.get(), &address.size); });
  });
  if (asked < 0) {
    address = {};
    asked = pollable->call_once([&](int fd) {
      return result_of(
          [&] { return getsockname(fd, address.get(), &address.size); });
    });
  }
  const std::string name = asked < 0 ? "" : describe(address);
  fail(error, name.empty() ? what : what + ' ' + name);
}

Pollable &pollable_of(const Descriptor &descriptor, const char *what) {
  if (Pollable *pollable = descriptor.get())
    return *pollable;
  fail(EBADF, what);
}

SystemAddress::SystemAddress(const SocketAddress &address) noexcept {
  const auto &bytes = address.ip.bytes();
  if (address.ip.is_v6()) {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(address.port);
    in.sin6_scope_id = address.ip.scope();
    std::ranges::copy(bytes, in.sin6_addr.s6_addr);
    std::memcpy(&storage, &in, size = sizeof in);
  } else {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(address.port);
    std::memcpy(&in.sin_addr, bytes.data(), sizeof in.sin_addr);
    std::memcpy(&storage, &in, size = sizeof in);
  }
}

SocketAddress SystemAddress::value() const noexcept {
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 in;
    std::memcpy(&in, &storage, sizeof in);
    std::array<std::uint8_t, 16> bytes;
    std::ranges::copy(in.sin6_addr.s6_addr, bytes.begin());
    return {IpAddress(bytes, in.sin6_scope_id), ntohs(in.sin6_port)};
  }
  sockaddr_in in;
  std::memcpy(&in, &storage, sizeof in);
  std::uint8_t b[4];
  std::memcpy(b, &in.sin_addr, sizeof b);
  return {IpAddress(b[0], b[1], b[2], b[3]), ntohs(in.sin_port)};
}

int open_nonblocking_socket(int family, int type, const std::string &what) {
  const ssize_t fd = result_of(
      [&] { return ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); });
  if (fd < 0)
    fail(-fd, what);
  return static_cast<int>(fd);
}

void set_option(const Descriptor &descriptor, int level, int name, int value,
                const char *what) {
  Pollable &pollable = pollable_of(descriptor, what);
  const ssize_t result = pollable.call_once([&](int fd) {
    return result_of(
        [&] { return setsockopt(fd, level, name, &value, sizeof value); });
  });
  if (result < 0)
    fail(-result, what, &pollable);
}

SystemAddress ask_address(Pollable &pollable,
                          int (*ask)(int, sockaddr *, socklen_t *),
                          const char *what) {
  SystemAddress address;
  const ssize_t result = pollable.call_once([&](int fd) {
    return result_of([&] { return ask(fd, address.get(), &address.size); });
  });
  if (result < 0)
    fail(-result, what);
  return address;
}

Descriptor connect_to(const SystemAddress &address, int type,
                      const Context *context, const std::string &what) {
  const int fd = open_nonblocking_socket(address.storage.ss_family, type, what);
  const ssize_t begun =
      result_once([&] { return ::connect(fd, address.get(), address.size); });
  // Where a signal interrupts it, a connect goes on all the same.
  const bool goes_on = begun == -EINPROGRESS || begun == -EINTR;
  if (begun < 0 && !goes_on) {
    ::close(fd);
    fail(-begun, what);
  }
  Descriptor connection(fd);
  if (!goes_on)
    return connection;
  Pollable &pollable = *connection.get();
  const ssize_t result =
      pollable.perform(pollable.writing, context, [](int socket) -> ssize_t {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error)
          return -error;
        SystemAddress peer;
        const ssize_t connected = result_of(
            [&] { return getpeername(socket, peer.get(), &peer.size); });
        return connected == -ENOTCONN ? -EAGAIN : connected;
      });
  if (result < 0)
    fail(-result, what);
  return connection;
}

Descriptor accept_from(const Descriptor &listener, const Context *context,
                       bool empty_at_end) {
  Pollable &pollable = pollable_of(listener, "cannot accept connections");
  const auto accept = [](int fd) {
    return result_of([&] {
      return accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    });
  };
  for (Duration pause = shortest_pause;;) {
    const ssize_t result = pollable.perform(pollable.reading, context, accept);
    if (result >= 0) {
      try {
        return Descriptor(static_cast<int>(result));
      } catch (const std::system_error &error) {
        if (error.code() != std::errc::no_space_on_device &&
            error.code() != std::errc::not_enough_memory)
          throw;
      }
    } else if (lacks_resources(-result)) {
      // No event tells when there are some again.
      pollable.reading.wait(pollable.reading.word(), context,
                            deadline_after(pause));
      pause = std::min(pause * 2, longest_pause);
    } else if (result == -EBADF && pollable.closing()) {
      return {};
    } else if (empty_at_end && context->cancelled()) {
      return {};
    } else if (!concerns_connection(-result)) {
      fail(-result, "cannot accept connections at", &pollable);
    }
  }
}

} // namespace heddle::detail
