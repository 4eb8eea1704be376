#pragma once

#include "heddle/annotations.h"
#include "heddle/context.h"
#include "heddle/detail/serve.h"
#include "heddle/stream.h"

#include <cstddef>
#include <optional>
#include <source_location>
#include <string>
#include <utility>

namespace heddle {

/// A connection within the host, named by a path; see Stream for what it does
/// with bytes. A path that begins with '@' names a socket that is in no
/// directory, and gone when its listener is.
///
/// Example: test/runtime/unix_test.cpp, "AnEchoComesBack".
class UnixStream : public Stream {
public:
  /// Not connected.
  UnixStream() noexcept = default;

  /// Connects to the listener at `path`.
  [[nodiscard]] static UnixStream
  connect(const std::string &path) HEDDLE_SUSPENDS;
  [[nodiscard]] static UnixStream
  connect(const Context &context, const std::string &path) HEDDLE_SUSPENDS;

  /// Two streams that are connected to each other.
  [[nodiscard]] static std::pair<UnixStream, UnixStream> pair();

private:
  friend class UnixListener;
  using Stream::Stream;
};

/// Accepts connections at a path.
///
/// Cancellation, Errors, Lifetime: as TcpListener.
///
/// Example: test/runtime/unix_test.cpp, "AnEchoComesBack".
class UnixListener {
public:
  /// Listens at `path`, where nothing may be yet. What it makes there is
  /// removed when the listener is closed.
  [[nodiscard]] static UnixListener bind(const std::string &path);

  UnixListener(UnixListener &&) noexcept = default;
  UnixListener &operator=(UnixListener &&other) noexcept {
    close();
    descriptor_ = std::move(other.descriptor_);
    path_ = std::exchange(other.path_, {});
    return *this;
  }
  ~UnixListener() { close(); }

  /// The next connection, waiting until there is one; empty once the listener
  /// is closed.
  [[nodiscard]] std::optional<UnixStream>
  accept() HEDDLE_SUSPENDS HEDDLE_RECEIVES;
  [[nodiscard]] std::optional<UnixStream>
  accept(const Context &context) HEDDLE_SUSPENDS HEDDLE_RECEIVES;

  /// Calls `handler(UnixStream)` for each connection, as TcpListener::serve().
  template <class Handler>
  void serve(Handler handler, std::size_t max_connections = 100'000,
             std::source_location site = std::source_location::current())
      HEDDLE_SUSPENDS HEDDLE_REGISTERS_HANDLER {
    detail::serve([this] { return accept(); }, handler, max_connections, site);
  }

  /// Ends accept() and serve(). Connections that were accepted go on.
  void close() noexcept HEDDLE_SHUTS_DOWN;
  [[nodiscard]] bool is_open() const noexcept { return descriptor_.is_open(); }

private:
  UnixListener(detail::Descriptor descriptor, std::string path) noexcept
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  detail::Descriptor descriptor_;
  std::string path_;
};

} // namespace heddle
