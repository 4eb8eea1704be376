/// What the kinds of sockets share: the system's form of addresses, and errors
/// that say what was tried.
#pragma once

#include "heddle/address.h"
#include "io/pollable.h"
#include "io/system.h"

#include <string>
#include <sys/socket.h>

namespace heddle::detail {

/// A socket address as the system takes it.
struct SystemAddress {
  SystemAddress() noexcept = default;
  explicit SystemAddress(const SocketAddress &address) noexcept;

  sockaddr *get() noexcept { return reinterpret_cast<sockaddr *>(&storage); }
  const sockaddr *get() const noexcept {
    return reinterpret_cast<const sockaddr *>(&storage);
  }
  /// Requires: it is of the internet.
  SocketAddress value() const noexcept;

  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
};

/// Throws what `error`, an errno, means for `what`.
[[noreturn]] void fail(ssize_t error, const std::string &what);
/// The same, with the address that the socket is connected to, or else bound.
[[noreturn]] void fail(ssize_t error, const std::string &what, Pollable *);

/// The object behind a handle; throws if it was moved from.
Pollable &pollable_of(const Descriptor &descriptor, const char *what);

/// A socket that is non-blocking and not inherited. Errors: std::system_error.
int open_nonblocking_socket(int family, int type, const std::string &what);

void set_option(const Descriptor &descriptor, int level, int name, int value,
                const char *what);

/// The address that a getsockname or getpeername gives.
SystemAddress ask_address(Pollable &pollable,
                          int (*ask)(int, sockaddr *, socklen_t *),
                          const char *what);

/// Connects a new socket of that type to the address.
Descriptor connect_to(const SystemAddress &address, int type,
                      const Context *context,
                      const std::string &what) HEDDLE_SUSPENDS;

/// The next connection to a listening socket, with its peer's address; waits
/// also until there are descriptors for it. Returns an empty handle if the
/// listener is closed, or if the context has ended and `empty_at_end`.
Descriptor accept_from(const Descriptor &listener, const Context *context,
                       bool empty_at_end = false) HEDDLE_SUSPENDS;

} // namespace heddle::detail
