#include "heddle/udp.h"

#include "io/socket.h"

#include <unistd.h>

namespace heddle {
namespace {

using detail::Pollable;

std::optional<UdpSocket::Datagram> receive_one(const detail::Descriptor &socket,
                                               const Context *context,
                                               Bytes buffer) {
  constexpr const char *what = "cannot receive datagrams at";
  Pollable &pollable = detail::pollable_of(socket, what);
  detail::SystemAddress from;
  iovec piece{buffer.data(), buffer.size()};
  msghdr message{};
  const ssize_t result =
      pollable.perform(pollable.reading, context, [&](int fd) {
        message = {};
        message.msg_name = from.get();
        message.msg_namelen = sizeof from.storage;
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        return detail::result_of(
            [&] { return ::recvmsg(fd, &message, MSG_DONTWAIT); });
      });
  if (result == -EBADF && pollable.closing())
    return std::nullopt;
  if (result < 0)
    detail::fail(-result, what, &pollable);
  return UdpSocket::Datagram{static_cast<std::size_t>(result), from.value(),
                             (message.msg_flags & MSG_TRUNC) != 0};
}

void send_one(const detail::Descriptor &socket, const Context *context,
              ConstBytes data, const detail::SystemAddress *to) {
  constexpr const char *what = "cannot send a datagram from";
  Pollable &pollable = detail::pollable_of(socket, what);
  const ssize_t result =
      pollable.perform(pollable.writing, context, [&](int fd) {
        return detail::result_of([&] {
          return ::sendto(fd, data.data(), data.size(),
                          MSG_NOSIGNAL | MSG_DONTWAIT, to ? to->get() : nullptr,
                          to ? to->size : 0);
        });
      });
  if (result < 0)
    detail::fail(-result, what, &pollable);
}

// A socket bound or connected by `attach`.
detail::Descriptor open_udp(const SocketAddress &address,
                            int (*attach)(int, const sockaddr *, socklen_t),
                            const std::string &what) {
  const detail::SystemAddress system(address);
  const int fd = detail::open_nonblocking_socket(system.storage.ss_family,
                                                 SOCK_DGRAM, what);
  const ssize_t result =
      detail::result_of([&] { return attach(fd, system.get(), system.size); });
  if (result < 0) {
    ::close(fd);
    detail::fail(-result, what);
  }
  return detail::Descriptor(fd);
}

} // namespace

UdpSocket UdpSocket::bind(const SocketAddress &address) {
  return UdpSocket(
      open_udp(address, ::bind, "cannot receive at " + address.to_string()));
}

UdpSocket UdpSocket::connect(const SocketAddress &peer) {
  return UdpSocket(
      open_udp(peer, ::connect, "cannot send to " + peer.to_string()));
}

std::optional<UdpSocket::Datagram> UdpSocket::receive(Bytes buffer) {
  return receive_one(descriptor_, nullptr, buffer);
}
std::optional<UdpSocket::Datagram> UdpSocket::receive(const Context &context,
                                                      Bytes buffer) {
  return receive_one(descriptor_, &context, buffer);
}

void UdpSocket::send_to(ConstBytes data, const SocketAddress &to) {
  const detail::SystemAddress system(to);
  send_one(descriptor_, nullptr, data, &system);
}
void UdpSocket::send_to(const Context &context, ConstBytes data,
                        const SocketAddress &to) {
  const detail::SystemAddress system(to);
  send_one(descriptor_, &context, data, &system);
}

void UdpSocket::send(ConstBytes data) {
  send_one(descriptor_, nullptr, data, nullptr);
}
void UdpSocket::send(const Context &context, ConstBytes data) {
  send_one(descriptor_, &context, data, nullptr);
}

void UdpSocket::set_deadline(TimePoint deadline) noexcept {
  if (Pollable *socket = descriptor_.get()) {
    socket->reading.set_deadline(deadline);
    socket->writing.set_deadline(deadline);
  }
}

SocketAddress UdpSocket::local_address() const {
  constexpr const char *what = "cannot tell the address of a socket";
  return detail::ask_address(detail::pollable_of(descriptor_, what),
                             getsockname, what)
      .value();
}

} // namespace heddle
