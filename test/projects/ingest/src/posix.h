#pragma once

#include <heddle/annotations.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace ingest {

/// A file descriptor and its end of life.
class Descriptor {
public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor &&other) noexcept
      : number_(std::exchange(other.number_, -1)) {}
  Descriptor &operator=(Descriptor &&other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  int get() const { return number_; }

private:
  int number_ = -1;
};

/// Returns `result` of a system call; throws what errno says if it is negative.
std::int64_t checked(std::int64_t result, const std::string &what);

Descriptor open_for_reading(const std::string &path);
Descriptor open_for_writing(const std::string &path);

/// Fills as much of `buffer` as the file has from `offset` on; returns how
/// much.
std::size_t read_at(const Descriptor &file, std::span<char> buffer,
                    std::uint64_t offset) HEDDLE_BLOCKS;
void write_all(const Descriptor &file, std::string_view text) HEDDLE_BLOCKS;

std::string read_file(const std::string &path) HEDDLE_BLOCKS;
/// Readers of `path` see the old contents or the new ones, nothing between.
void replace_file(const std::string &path, std::string_view text) HEDDLE_BLOCKS;

} // namespace ingest
