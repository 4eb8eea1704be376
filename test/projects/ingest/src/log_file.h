#pragma once

#include "posix.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ingest {

/// A stretch of a file. It holds the lines that begin in it.
struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// A log file that several tasks may read at once, an extent each.
class LogFile {
public:
  explicit LogFile(const std::string &path);

  std::uint64_t size() const { return size_; }
  std::vector<Extent> extents(std::uint64_t extent_size) const;
  /// The lines that begin in `extent`, whole.
  std::string read_lines(const Extent &extent) const;

private:
  Descriptor file_;
  std::uint64_t size_ = 0;
};

} // namespace ingest
