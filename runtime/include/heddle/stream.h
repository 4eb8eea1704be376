#pragma once

#include "heddle/annotations.h"
#include "heddle/bytes.h"
#include "heddle/context.h"
#include "heddle/detail/descriptor.h"
#include "heddle/time.h"

#include <cstddef>

namespace heddle {

/// A connected socket: bytes in both directions. TcpStream and UnixStream are
/// such.
///
/// One task may read while another writes. A task that waits holds no thread.
///
/// Ordering: as the peer wrote.
/// Cancellation: every function that waits also comes with a Context first. A
/// deadline ends waits too, and lasts until it is set anew.
/// Errors: std::system_error, with what was tried and the peer: the system's
/// error, std::errc::timed_out after the deadline, the context's error, or
/// std::errc::bad_file_descriptor once the stream is closed. A peer that is
/// gone raises no signal.
/// Lifetime: close() may be called while others use the stream, which ends
/// their waits; moving or destroying it may not.
///
/// Example: test/runtime/tcp_test.cpp, "AnEchoComesBack".
class Stream {
public:
  Stream(Stream &&) noexcept = default;
  Stream &operator=(Stream &&) noexcept = default;
  /// Closes the stream.
  ~Stream() = default;

  /// Reads what there is, waiting until there is something; returns how many
  /// bytes, 0 at the end of the stream. Requires: `buffer` is not empty.
  std::size_t read(Bytes buffer) HEDDLE_SUSPENDS;
  std::size_t read(const Context &context, Bytes buffer) HEDDLE_SUSPENDS;

  /// Writes as much as the system takes, waiting until it takes some; returns
  /// how many bytes.
  std::size_t write(ConstBytes data) HEDDLE_SUSPENDS;
  std::size_t write(const Context &context, ConstBytes data) HEDDLE_SUSPENDS;

  /// Writes all of `data`. After an error some of it may have been written.
  void write_all(ConstBytes data) HEDDLE_SUSPENDS;
  void write_all(const Context &context, ConstBytes data) HEDDLE_SUSPENDS;

  /// Ends what is written: the peer reads the end of the stream. Reading goes
  /// on.
  void shutdown_write() HEDDLE_CLOSES;

  /// Ends reads and writes that wait beyond it, with std::errc::timed_out.
  /// TimePoint::max() is none. Setting it costs little: do so once a request.
  /// Requires: a runtime runs.
  void set_deadline(TimePoint deadline) noexcept;
  void set_read_deadline(TimePoint deadline) noexcept;
  void set_write_deadline(TimePoint deadline) noexcept;

  /// Ends the stream in both directions, and what waits for it. Doing so twice
  /// is the same as once.
  void close() noexcept HEDDLE_SHUTS_DOWN { descriptor_.close(); }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_.is_open(); }

protected:
  Stream() noexcept = default;
  explicit Stream(detail::Descriptor descriptor) noexcept
      : descriptor_(std::move(descriptor)) {}

  detail::Descriptor descriptor_;
};

} // namespace heddle
