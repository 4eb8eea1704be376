#include "heddle/tcp.h"

#include "io/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <system_error>
#include <unistd.h>

namespace heddle {
namespace {

using detail::Descriptor;

Descriptor connect_tcp(const Context *context, const SocketAddress &peer) {
  Descriptor connection =
      detail::connect_to(detail::SystemAddress(peer), SOCK_STREAM, context,
                         "cannot connect to " + peer.to_string());
  detail::set_option(connection, IPPROTO_TCP, TCP_NODELAY, 1, "cannot set up");
  return connection;
}

Descriptor connect_first(const Context *context,
                         const std::vector<SocketAddress> &peers) {
  for (std::size_t i = 0;; ++i)
    try {
      return connect_tcp(context, peers[i]);
    } catch (const std::system_error &) {
      if (i + 1 == peers.size() || (context && context->cancelled()))
        throw;
    }
}

} // namespace

TcpStream TcpStream::connect(const SocketAddress &peer) {
  return TcpStream(connect_tcp(nullptr, peer));
}

TcpStream TcpStream::connect(const Context &context,
                             const SocketAddress &peer) {
  return TcpStream(connect_tcp(&context, peer));
}

TcpStream TcpStream::connect(const std::string &host, std::uint16_t port) {
  return TcpStream(connect_first(nullptr, resolve(host, port)));
}

TcpStream TcpStream::connect(const Context &context, const std::string &host,
                             std::uint16_t port) {
  return TcpStream(connect_first(&context, resolve(context, host, port)));
}

void TcpStream::set_nodelay(bool nodelay) {
  detail::set_option(descriptor_, IPPROTO_TCP, TCP_NODELAY, nodelay,
                     "cannot set TCP_NODELAY of the connection to");
}

void TcpStream::set_keepalive(bool keepalive) {
  detail::set_option(descriptor_, SOL_SOCKET, SO_KEEPALIVE, keepalive,
                     "cannot set SO_KEEPALIVE of the connection to");
}

SocketAddress TcpStream::local_address() const {
  constexpr const char *what = "cannot tell the address of a connection";
  return detail::ask_address(detail::pollable_of(descriptor_, what),
                             getsockname, what)
      .value();
}

SocketAddress TcpStream::peer_address() const {
  constexpr const char *what = "cannot tell the peer of a connection";
  return detail::ask_address(detail::pollable_of(descriptor_, what),
                             getpeername, what)
      .value();
}

TcpListener TcpListener::bind(const SocketAddress &address,
                              const Options &options) {
  const std::string what = "cannot listen at " + address.to_string();
  const detail::SystemAddress system(address);
  const int fd = detail::open_nonblocking_socket(system.storage.ss_family,
                                                 SOCK_STREAM, what);
  const ssize_t result = detail::result_of([&] {
    const int yes = 1;
    // Connections of a former listener that are still winding up are no reason
    // not to start.
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        (options.share_port &&
         setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) != 0) ||
        // Those that are accepted take it over.
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0 ||
        ::bind(fd, system.get(), system.size) != 0)
      return -1;
    return ::listen(fd, options.backlog);
  });
  if (result < 0) {
    ::close(fd);
    detail::fail(-result, what);
  }
  return TcpListener(Descriptor(fd));
}

namespace {

std::optional<Descriptor> accept_one(const Descriptor &listener,
                                     const Context *context,
                                     bool empty_at_end) {
  Descriptor connection = detail::accept_from(listener, context, empty_at_end);
  if (!connection.get())
    return std::nullopt;
  return connection;
}

} // namespace

std::optional<TcpStream> TcpListener::accept() {
  if (auto connection = accept_one(descriptor_, nullptr, false))
    return TcpStream(std::move(*connection));
  return std::nullopt;
}

std::optional<TcpStream> TcpListener::accept(const Context &context) {
  if (auto connection = accept_one(descriptor_, &context, false))
    return TcpStream(std::move(*connection));
  return std::nullopt;
}

std::optional<TcpStream> TcpListener::accept_until(const Context &context) {
  if (auto connection = accept_one(descriptor_, &context, true))
    return TcpStream(std::move(*connection));
  return std::nullopt;
}

SocketAddress TcpListener::local_address() const {
  constexpr const char *what = "cannot tell the address of a listener";
  return detail::ask_address(detail::pollable_of(descriptor_, what),
                             getsockname, what)
      .value();
}

} // namespace heddle
