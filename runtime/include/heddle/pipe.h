#pragma once

#include "heddle/annotations.h"
#include "heddle/bytes.h"
#include "heddle/context.h"
#include "heddle/detail/descriptor.h"

#include <cstddef>
#include <utility>

namespace heddle {

/// The end of a pipe that bytes come out of.
///
/// Cancellation, Errors, Lifetime: as Stream.
///
/// Example: test/runtime/process_test.cpp, "AFilterReadsAndWrites".
class PipeReader {
public:
  /// Not connected.
  PipeReader() noexcept = default;
  /// Takes over a descriptor that was opened elsewhere.
  explicit PipeReader(int descriptor);

  /// Reads what there is, waiting until there is something; returns how many
  /// bytes, 0 once all writers have closed. Requires: `buffer` is not empty.
  std::size_t read(Bytes buffer) HEDDLE_SUSPENDS;
  std::size_t read(const Context &context, Bytes buffer) HEDDLE_SUSPENDS;

  void close() noexcept HEDDLE_SHUTS_DOWN { descriptor_.close(); }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_.is_open(); }

private:
  detail::Descriptor descriptor_;
};

/// The end of a pipe that bytes go into.
///
/// Cancellation, Errors, Lifetime: as Stream; std::errc::broken_pipe once all
/// readers have closed, and no signal.
///
/// Example: test/runtime/process_test.cpp, "AFilterReadsAndWrites".
class PipeWriter {
public:
  /// Not connected.
  PipeWriter() noexcept = default;
  /// Takes over a descriptor that was opened elsewhere.
  explicit PipeWriter(int descriptor);

  /// Writes as much as the pipe takes, waiting until it takes some; returns how
  /// many bytes.
  std::size_t write(ConstBytes data) HEDDLE_SUSPENDS;
  std::size_t write(const Context &context, ConstBytes data) HEDDLE_SUSPENDS;

  /// Writes all of `data`. After an error some of it may have been written.
  void write_all(ConstBytes data) HEDDLE_SUSPENDS;
  void write_all(const Context &context, ConstBytes data) HEDDLE_SUSPENDS;

  /// Says that nothing more comes: readers see the end.
  void close() noexcept HEDDLE_CLOSES { descriptor_.close(); }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_.is_open(); }

private:
  detail::Descriptor descriptor_;
};

/// A new pipe: what is written to the second comes out of the first.
[[nodiscard]] std::pair<PipeReader, PipeWriter> make_pipe();

} // namespace heddle
