#pragma once

#include "heddle/annotations.h"
#include "heddle/bytes.h"
#include "heddle/context.h"

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace heddle {

namespace detail {

template <class S>
concept ByteSource = requires(S &source, Bytes buffer) {
  { source.read(buffer) } -> std::convertible_to<std::size_t>;
};

template <class S>
concept CancellableSource =
    ByteSource<S> && requires(S &source, const Context &context, Bytes buffer) {
      { source.read(context, buffer) } -> std::convertible_to<std::size_t>;
    };

template <class S>
concept ByteSink = requires(S &sink, ConstBytes data) {
  sink.write_all(data);
} || requires(S &sink, ConstBytes data) { sink.write(data); };

template <class S>
concept CancellableSink =
    ByteSink<S> && requires(S &sink, const Context &context, ConstBytes data) {
      sink.write_all(context, data);
    };

/// Reads from a source, under the context if there is one.
template <class S>
std::size_t read_some(void *from, const Context *context, Bytes buffer) {
  S &source = *static_cast<S *>(from);
  if constexpr (CancellableSource<S>)
    if (context)
      return source.read(*context, buffer);
  return source.read(buffer);
}

/// Writes all of it, under the context if there is one.
template <class S>
void write_whole(void *to, const Context *context, ConstBytes data) {
  S &sink = *static_cast<S *>(to);
  if constexpr (CancellableSink<S>)
    if (context)
      return sink.write_all(*context, data);
  if constexpr (requires { sink.write_all(data); })
    sink.write_all(data);
  else
    sink.write(data);
}

} // namespace detail

/// Reads from a File, a stream or a pipe in large pieces, and gives them out in
/// small ones, or by lines.
///
/// What is in the buffer is read from the source and lost to others. For one
/// task at a time.
/// Cancellation: a Context given to the constructor, a deadline of the source,
/// and closing that. What was read by then is kept.
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
      : BufferedReader(&source, detail::read_some<Source>, std::nullopt,
                       capacity) {}

  /// The same; waits for the source end with the context.
  template <detail::CancellableSource Source>
  BufferedReader(const Context &context, Source &source,
                 std::size_t capacity = default_capacity)
      : BufferedReader(&source, detail::read_some<Source>, context, capacity) {}
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
  using Read = std::size_t (*)(void *, const Context *, Bytes);

  BufferedReader(void *source, Read read, std::optional<Context> context,
                 std::size_t capacity);

  std::size_t read_source(Bytes buffer) HEDDLE_SUSPENDS {
    return read_(source_, context_ ? &*context_ : nullptr, buffer);
  }

  bool fill() HEDDLE_SUSPENDS;
  std::string take(std::size_t count);
  std::size_t left() const noexcept { return end_ - begin_; }

  void *source_;
  Read read_;
  std::optional<Context> context_;
  // Unread is [begin_, end_) of it.
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// Collects small writes, and gives them to a File, a stream or a pipe in large
/// ones.
///
/// For one task at a time. Cancellation: as BufferedReader.
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
      : BufferedWriter(&sink, detail::write_whole<Sink>, std::nullopt,
                       capacity) {}

  /// The same; waits for the sink end with the context.
  template <detail::CancellableSink Sink>
  BufferedWriter(const Context &context, Sink &sink,
                 std::size_t capacity = default_capacity)
      : BufferedWriter(&sink, detail::write_whole<Sink>, context, capacity) {}
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
  using Write = void (*)(void *, const Context *, ConstBytes);

  BufferedWriter(void *sink, Write write, std::optional<Context> context,
                 std::size_t capacity);

  void write_sink(ConstBytes data) HEDDLE_SUSPENDS {
    write_(sink_, context_ ? &*context_ : nullptr, data);
  }

  void *sink_;
  Write write_;
  std::optional<Context> context_;
  const std::size_t capacity_;
  std::string buffer_;
};

} // namespace heddle
