#pragma once

#include "heddle/address.h"
#include "heddle/annotations.h"
#include "heddle/bytes.h"
#include "heddle/context.h"
#include "heddle/detail/descriptor.h"
#include "heddle/time.h"

#include <cstddef>
#include <optional>

namespace heddle {

/// Sends and receives datagrams of UDP.
///
/// Any number of tasks may use it at once: each receives whole datagrams.
/// Cancellation, Errors: as Stream, with std::errc::connection_refused where a
/// connected peer has nobody listening.
/// Lifetime: close() may be called while others use the socket; moving or
/// destroying it may not.
///
/// Example: test/runtime/udp_test.cpp, "ADatagramComesBack".
class UdpSocket {
public:
  /// What came, into the caller's buffer.
  struct Datagram {
    std::size_t size = 0; ///< bytes that are in the buffer
    SocketAddress from;
    bool truncated = false; ///< it was larger than the buffer
  };

  /// Receives at `address`; with port 0, at a free one: see local_address().
  [[nodiscard]] static UdpSocket bind(const SocketAddress &address);

  /// Sends to `peer`, and receives only what comes from there.
  [[nodiscard]] static UdpSocket connect(const SocketAddress &peer);

  /// The next datagram, waiting until there is one; empty once the socket is
  /// closed. What does not fit the buffer is lost.
  std::optional<Datagram> receive(Bytes buffer) HEDDLE_SUSPENDS HEDDLE_RECEIVES;
  std::optional<Datagram> receive(const Context &context,
                                  Bytes buffer) HEDDLE_SUSPENDS HEDDLE_RECEIVES;

  /// Sends `data` to `to`, waiting while the system has no room for it.
  void send_to(ConstBytes data, const SocketAddress &to) HEDDLE_SUSPENDS;
  void send_to(const Context &context, ConstBytes data,
               const SocketAddress &to) HEDDLE_SUSPENDS;

  /// Sends `data` to the peer. Requires: the socket was made with connect().
  void send(ConstBytes data) HEDDLE_SUSPENDS;
  void send(const Context &context, ConstBytes data) HEDDLE_SUSPENDS;

  /// Ends waits beyond it, with std::errc::timed_out. TimePoint::max() is none.
  /// Requires: a runtime runs.
  void set_deadline(TimePoint deadline) noexcept;

  [[nodiscard]] SocketAddress local_address() const;

  /// Ends what waits, and refuses what comes later.
  void close() noexcept HEDDLE_SHUTS_DOWN { descriptor_.close(); }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_.is_open(); }

private:
  explicit UdpSocket(detail::Descriptor descriptor) noexcept
      : descriptor_(std::move(descriptor)) {}

  detail::Descriptor descriptor_;
};

} // namespace heddle
