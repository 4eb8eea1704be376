#pragma once

#include "heddle/address.h"
#include "heddle/annotations.h"
#include "heddle/context.h"
#include "heddle/detail/serve.h"
#include "heddle/stream.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <source_location>
#include <string>
#include <utility>

namespace heddle {

/// A TCP connection; see Stream for what it does with bytes.
///
/// What is written goes out at once, and is not held back to be joined with
/// what comes next; see set_nodelay().
///
/// Example: test/runtime/tcp_test.cpp, "AnEchoComesBack".
class TcpStream : public Stream {
public:
  /// Not connected.
  TcpStream() noexcept = default;

  /// Connects to `peer`.
  [[nodiscard]] static TcpStream
  connect(const SocketAddress &peer) HEDDLE_SUSPENDS;
  [[nodiscard]] static TcpStream
  connect(const Context &context, const SocketAddress &peer) HEDDLE_SUSPENDS;

  /// Connects to the first address of `host` that answers. Errors: those of
  /// resolve(), and that of the last address.
  [[nodiscard]] static TcpStream
  connect(const std::string &host,
          std::uint16_t port) HEDDLE_SUSPENDS HEDDLE_BLOCKS HEDDLE_HANDS_OFF;
  [[nodiscard]] static TcpStream connect(const Context &context,
                                         const std::string &host,
                                         std::uint16_t port) HEDDLE_SUSPENDS;

  /// Whether small writes go out at once (the default) or are joined while the
  /// peer has not acknowledged the last.
  void set_nodelay(bool nodelay);
  /// Whether the system asks a silent peer now and then if it is still there.
  void set_keepalive(bool keepalive);

  /// The two ends of the connection.
  [[nodiscard]] SocketAddress local_address() const;
  [[nodiscard]] SocketAddress peer_address() const;

private:
  friend class TcpListener;
  using Stream::Stream;
};

/// Accepts TCP connections.
///
/// Any number of tasks may accept at once.
/// Cancellation: accept() and serve() come with a Context too.
/// Errors: std::system_error, with the address. Where the process or the system
/// has no descriptors or memory left, accept() waits until it has: peers queue
/// up meanwhile, and nobody is refused who did not give up.
/// Lifetime: close() may be called while others use the listener; moving or
/// destroying it may not.
///
/// Example: test/runtime/tcp_test.cpp, "AServerServesUntilItIsClosed".
class TcpListener {
public:
  struct Options {
    /// Connections that may wait to be accepted.
    int backlog = 4096;
    /// Whether other listeners, of this process or another, may share the
    /// address.
    bool share_port = false;
  };

  /// Listens at `address`; with port 0, at a free one: see local_address().
  [[nodiscard]] static TcpListener bind(const SocketAddress &address,
                                        const Options &options);
  [[nodiscard]] static TcpListener bind(const SocketAddress &address) {
    return bind(address, Options{});
  }

  /// The next connection, waiting until there is one; empty once the listener
  /// is closed.
  [[nodiscard]] std::optional<TcpStream>
  accept() HEDDLE_SUSPENDS HEDDLE_RECEIVES;
  [[nodiscard]] std::optional<TcpStream>
  accept(const Context &context) HEDDLE_SUSPENDS HEDDLE_RECEIVES;

  /// Calls `handler(TcpStream)` for each connection, in a task of its own, with
  /// at most `max_connections` at once: more wait to be accepted. Returns when
  /// the listener is closed, or the context has ended, and all of the calls
  /// have returned.
  ///
  /// Errors: a std::system_error that escapes from a call ends that connection
  /// alone; any other exception ends the program, as from every task.
  template <class Handler>
  void serve(Handler handler, std::size_t max_connections = 100'000,
             std::source_location site = std::source_location::current())
      HEDDLE_SUSPENDS HEDDLE_REGISTERS_HANDLER {
    detail::serve([this] { return accept(); }, handler, max_connections, site);
  }
  template <class Handler>
  void serve(const Context &context, Handler handler,
             std::size_t max_connections = 100'000,
             std::source_location site = std::source_location::current())
      HEDDLE_SUSPENDS HEDDLE_REGISTERS_HANDLER {
    detail::serve(
        [&] {
          return context.cancelled() ? std::nullopt : accept_until(context);
        },
        handler, max_connections, site);
  }

  [[nodiscard]] SocketAddress local_address() const;

  /// Ends accept() and serve(). Connections that were accepted go on.
  void close() noexcept HEDDLE_SHUTS_DOWN { descriptor_.close(); }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_.is_open(); }

private:
  explicit TcpListener(detail::Descriptor descriptor) noexcept
      : descriptor_(std::move(descriptor)) {}

  /// As accept(), but empty also when the context has ended.
  std::optional<TcpStream> accept_until(const Context &context) HEDDLE_SUSPENDS;

  detail::Descriptor descriptor_;
};

} // namespace heddle
