#include "log_file.h"

#include <heddle/heddle.h>

#include <algorithm>

#include <sys/stat.h>

namespace ingest {

LogFile::LogFile(const std::string &path) : file_(open_for_reading(path)) {
  struct stat status{};
  checked(::fstat(file_.get(), &status), path);
  size_ = status.st_size;
}

std::vector<Extent> LogFile::extents(std::uint64_t extent_size) const {
  std::vector<Extent> extents;
  extents.reserve(size_ / extent_size + 1);
  for (std::uint64_t offset = 0; offset < size_; offset += extent_size)
    extents.push_back({offset, std::min(extent_size, size_ - offset)});
  return extents;
}

std::string LogFile::read_lines(const Extent &extent) const {
  // One byte more at the front tells whether a line begins right at the
  // extent; the longest line is expected to fit into the room at the back.
  constexpr std::uint64_t max_line = 4096;
  const std::uint64_t before = extent.offset > 0 ? 1 : 0;
  std::string text(before + extent.size + max_line, '\0');
  text.resize(heddle::blocking(
      [&] { return read_at(file_, text, extent.offset - before); }));

  const std::size_t first = before ? text.find('\n') + 1 : 0;
  if (before && (first == 0 || first > extent.size))
    return {};
  const std::size_t last = text.find('\n', before + extent.size - 1);
  if (last != std::string::npos)
    text.resize(last + 1);
  text.erase(0, first);
  return text;
}

} // namespace ingest
