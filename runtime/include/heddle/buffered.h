#pragma once

#include "heddle/annotations.h"
#include "heddle/bytes.h"
#include "heddle/context.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace heddle {

namespace detail {

template <class S>
concept ByteSource = requires(S &source, Bytes buffer) {
  { source.read(buffer) } -> std::convertible_to<std::size_t>;
};

/// Writes all of it.
template <class S> void write_whole(S &sink, ConstBytes data) {
  if constexpr (requires { sink.write_all(data); })
    sink.write_all(data);
  else
    sink.write(data);
}

template <class S>
concept ByteSink =
    requires(S &sink, ConstBytes data) { write_whole(sink, data); } &&
    (requires(S &sink, ConstBytes data) { sink.write_all(data); } ||
     requires(S &sink, ConstBytes data) { sink.write(data); });

} // namespace detail

/// Reads from a File, a stream or a pipe in large pieces, and gives them out in
/// small ones, or by lines.
///
/// What is in the buffer is read from the source and lost to others. For one
/// task at a time.
/// Cancellation: what the source has: a deadline of the stream, or closing it.
/// Errors: those of the source; std::errc::message_size where a line is longer
/// than the limit, which leaves it unread.
/// Lifetime: the source must outlive the reader.
///
/// Example: test/runtime/buffered_test.cpp, "LinesComeOneByOne".
class BufferedReader {
public:
  static constexpr std::size_t default_capacity = 16 * 1024;
  static constexpr std::size_t default_limit = 1024 * 1024;

  /// Reads `capacity` bytes at a time from `source`: anything with a
  /// `std::size_t read(Bytes)` that returns 0 at the end.
  template <detail::ByteSource Source>
  explicit BufferedReader(Source &source,
                          std::size_t capacity = default_capacity)
      : BufferedReader(
            &source,
            [](void *from, Bytes buffer) -> std::size_t {
              return static_cast<Source *>(from)->read(buffer);
            },
            capacity) {}
  BufferedReader(const BufferedReader &) = delete;
  BufferedReader &operator=(const BufferedReader &) = delete;

  /// Reads what is at hand, or what comes next; returns how many bytes, 0 at
  /// the end. A large read into an empty buffer goes past it.
  std::size_t read(Bytes buffer) HEDDLE_SUSPENDS;

  /// Fills `buffer`; returns how many bytes, fewer only at the end.
  std::size_t read_full(Bytes buffer) HEDDLE_SUSPENDS;

  /// The next line without its end, "\n" or "\r\n"; empty at the end of the
  /// source. The last line may lack its "\n".
  std::optional<std::string>
  read_line(std::size_t limit = default_limit) HEDDLE_SUSPENDS;

  /// What comes before the next `delimiter`, which is dropped; at the end of
  /// the source, the rest; empty if there is none.
  std::optional<std::string>
  read_until(char delimiter, std::size_t limit = default_limit) HEDDLE_SUSPENDS;

  /// All that is left.
  std::string read_all() HEDDLE_SUSPENDS;

  /// What is in the buffer; if that is nothing, what comes next; empty at the
  /// end. Stays unread. Valid until the next call.
  std::string_view peek() HEDDLE_SUSPENDS;

private:
  BufferedReader(void *source, std::size_t (*read)(void *, Bytes),
                 std::size_t capacity);

  bool fill() HEDDLE_SUSPENDS;
  std::string take(std::size_t count);
  std::size_t left() const noexcept { return end_ - begin_; }

  void *source_;
  std::size_t (*read_)(void *, Bytes);
  // Unread is [begin_, end_) of it.
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// Collects small writes, and gives them to a File, a stream or a pipe in large
/// ones.
///
/// For one task at a time.
/// Errors: those of the sink, from the call that gives it something. What could
/// not be written is dropped then. An error in the destructor is lost, with
/// what was still to be written: call flush() before where that matters.
/// Lifetime: the sink must outlive the writer.
///
/// Example: test/runtime/buffered_test.cpp, "SmallWritesGoOutTogether".
class BufferedWriter {
public:
  static constexpr std::size_t default_capacity = 16 * 1024;

  /// Writes `capacity` bytes at a time to `sink`: anything with a
  /// `write_all(ConstBytes)`, or a `write(ConstBytes)` that writes all.
  template <detail::ByteSink Sink>
  explicit BufferedWriter(Sink &sink, std::size_t capacity = default_capacity)
      : BufferedWriter(
            &sink,
            [](void *to, ConstBytes data) {
              detail::write_whole(*static_cast<Sink *>(to), data);
            },
            capacity) {}
  BufferedWriter(const BufferedWriter &) = delete;
  BufferedWriter &operator=(const BufferedWriter &) = delete;
  /// Flushes.
  ~BufferedWriter() HEDDLE_SUSPENDS;

  /// Writes all of `data`, now or with what follows.
  void write(ConstBytes data) HEDDLE_SUSPENDS;

  /// Gives the sink all that it has not got yet.
  void flush() HEDDLE_SUSPENDS;

  /// How many bytes the sink has not got yet.
  [[nodiscard]] std::size_t buffered() const noexcept { return buffer_.size(); }

private:
  BufferedWriter(void *sink, void (*write)(void *, ConstBytes),
                 std::size_t capacity);

  void *sink_;
  void (*write_)(void *, ConstBytes);
  const std::size_t capacity_;
  std::string buffer_;
};

} // namespace heddle
