#pragma once

#include "heddle/annotations.h"
#include "heddle/bytes.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace heddle {

/// An open file.
///
/// The system has no way to wait for a file: each call holds its thread, as in
/// blocking(), and gives the processor to other tasks if it takes long. Bound
/// how many tasks do so at once (see heddle-unbounded-blocking-spawn), and put
/// a BufferedReader or a BufferedWriter around small reads and writes (see
/// heddle-unbuffered-read).
///
/// Several tasks may use read_at() and write_at() at once; the position that
/// read(), write() and seek() share is for one at a time.
/// Errors: std::system_error, with what was tried and the path.
///
/// Example: test/runtime/file_test.cpp, "WhatIsWrittenIsRead".
class File {
public:
  enum class Mode {
    read,   ///< an existing file
    write,  ///< emptied, or made
    append, ///< made if it is not there; every write goes to its end
    update, ///< an existing file, to read and write
    create, ///< one that is not there yet, to read and write
  };

  /// Not open.
  File() noexcept = default;
  File(File &&other) noexcept
      : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
  File &operator=(File &&other) noexcept;
  /// Closes the file. Errors are lost: where they matter call close().
  ~File();

  /// Opens the file at `path`. A new one gets `permissions`, less the umask.
  [[nodiscard]] static File
  open(const std::string &path, Mode mode = Mode::read,
       unsigned permissions = 0666) HEDDLE_BLOCKS HEDDLE_HANDS_OFF;

  /// Reads from the position on; returns how many bytes, 0 at the end. Fewer
  /// than asked for may come before the end, too.
  std::size_t read(Bytes buffer) HEDDLE_BLOCKS HEDDLE_HANDS_OFF;
  /// The same from `offset` on; the position stays.
  std::size_t read_at(std::uint64_t offset,
                      Bytes buffer) const HEDDLE_BLOCKS HEDDLE_HANDS_OFF;

  /// Writes all of `data` from the position on. After an error some of it may
  /// have been written.
  void write(ConstBytes data) HEDDLE_BLOCKS HEDDLE_HANDS_OFF;
  /// The same from `offset` on; the position stays.
  void write_at(std::uint64_t offset,
                ConstBytes data) HEDDLE_BLOCKS HEDDLE_HANDS_OFF;

  /// What a seek() counts from.
  enum class From { start, position, end };
  /// Moves the position; returns where it is then, from the start.
  std::uint64_t seek(std::int64_t offset, From from = From::start);

  /// How large it is now.
  [[nodiscard]] std::uint64_t size() const HEDDLE_BLOCKS HEDDLE_HANDS_OFF;

  /// Cuts the file off at `size`, or fills it up to there with zeros.
  void resize(std::uint64_t size) HEDDLE_BLOCKS HEDDLE_HANDS_OFF;

  /// Returns once what was written would survive a failure of power.
  void sync() HEDDLE_BLOCKS HEDDLE_HANDS_OFF;

  /// Closes the file, and says if that fails: the last chance to hear of it
  /// where the file is on a network. It is closed all the same.
  void close() HEDDLE_BLOCKS HEDDLE_HANDS_OFF HEDDLE_SHUTS_DOWN;

  /// Whether it was not closed or moved from, and what it was opened by.
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  [[nodiscard]] const std::string &path() const noexcept { return path_; }

private:
  File(int fd, std::string path) noexcept : fd_(fd), path_(std::move(path)) {}

  int fd_ = -1;
  std::string path_;
};

} // namespace heddle
