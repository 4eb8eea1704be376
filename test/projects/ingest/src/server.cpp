#include "server.h"

#include <string>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace ingest {
namespace {

constexpr std::size_t connections_at_once = 32;
constexpr std::size_t receive_size = 64 * 1024;

Descriptor listen_on_loopback(std::uint16_t port) {
  Descriptor listener(
      checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  const int on = 1;
  checked(
      ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on),
      "setsockopt");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(::bind(listener.get(), reinterpret_cast<const sockaddr *>(&address),
                 sizeof address),
          "bind to port " + std::to_string(port));
  checked(::listen(listener.get(), SOMAXCONN), "listen");
  return listener;
}

/// Empty at the end of the stream.
std::string receive(const Descriptor &peer) HEDDLE_RECEIVES {
  std::string text(receive_size, '\0');
  text.resize(heddle::blocking([&] {
    return checked(::recv(peer.get(), text.data(), text.size(), 0), "recv");
  }));
  return text;
}

void receive_lines(const Descriptor &peer, Decoder &decoder) {
  std::string pending;
  for (std::string text = receive(peer); !text.empty(); text = receive(peer)) {
    pending += text;
    const std::size_t whole = pending.rfind('\n') + 1;
    decoder.submit(pending.substr(0, whole));
    pending.erase(0, whole);
  }
  decoder.submit(std::move(pending));
}

} // namespace

Server::Server(std::uint16_t port)
    : listener_(listen_on_loopback(port)), slots_(connections_at_once) {}

Descriptor Server::accept() {
  return Descriptor(heddle::blocking([this] {
    return checked(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC),
                   "accept");
  }));
}

void Server::serve(unsigned connections, Decoder &decoder) {
  heddle::WaitGroup open;
  for (unsigned i = 0; i < connections; ++i) {
    slots_.acquire();
    heddle::spawn([&, peer = accept()] {
      open.add();
      receive_lines(peer, decoder);
      slots_.release();
      open.done();
    });
  }
  open.wait();
}

} // namespace ingest
