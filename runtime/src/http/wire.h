#pragma once

#include "heddle/tcp.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace heddle::http {

/// A connection with what was read and not used yet, and what was not sent yet.
class Wire {
public:
  /// `write_timeout`: for each piece that is sent.
  explicit Wire(TcpStream stream,
                Duration write_timeout = Duration::max()) noexcept
      : stream_(std::move(stream)), write_timeout_(write_timeout) {}

  TcpStream &stream() noexcept { return stream_; }
  /// What waits is bound to, of a client; those of a server have deadlines.
  void bind(const Context *context) noexcept { context_ = context; }

  std::string_view input() const noexcept {
    return std::string_view(input_).substr(used_, filled_ - used_);
  }
  void consume(std::size_t count) noexcept { used_ += count; }
  /// Sends what waits to be sent, and reads more. False: the peer has ended.
  bool fill() HEDDLE_SUSPENDS;
  /// The head that the input begins with, with its empty line, once it is all
  /// there; looks only at what came since the last call.
  std::optional<std::size_t> find_head() noexcept;

  /// Takes something to send; sends if that is much.
  void put(std::string_view text) HEDDLE_SUSPENDS;
  void flush() HEDDLE_SUSPENDS;
  void discard_output() noexcept { output_.clear(); }
  /// Whether reading or writing has failed.
  bool broken() const noexcept { return broken_; }

private:
  static constexpr std::size_t least_room = 4096;
  static constexpr std::size_t much_output = 16 * 1024;
  static constexpr std::size_t piece = 256 * 1024;

  void send(std::string_view text) HEDDLE_SUSPENDS;

  TcpStream stream_;
  const Duration write_timeout_;
  const Context *context_ = nullptr;
  /// [used_, filled_) is there.
  std::string input_;
  std::size_t used_ = 0;
  std::size_t filled_ = 0;
  /// How much of the input is known to hold no end of a head.
  std::size_t searched_ = 0;
  std::string output_;
  bool broken_ = false;
};

} // namespace heddle::http
