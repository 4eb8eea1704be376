#pragma once

#include "record.h"

#include <heddle/heddle.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ingest {

/// A file of one service's errors, by time.
struct Segment {
  std::string name;
  std::size_t lines = 0;
  std::uint32_t checksum = 0;
};

/// What has been written, as it reads back from the disk.
class Manifest {
public:
  explicit Manifest(std::string directory) : directory_(std::move(directory)) {}

  void add(const std::string &name, std::size_t lines) HEDDLE_SUSPENDS;
  /// All segments by name.
  std::vector<Segment> segments();
  std::string path_of(const std::string &name) const;

private:
  const std::string directory_;
  heddle::Mutex mutex_;
  std::vector<Segment> segments_;
};

/// Collects errors, and writes them to a segment for each service.
class SegmentStore {
public:
  explicit SegmentStore(const std::string &directory) : manifest_(directory) {}

  void keep(const Record &record);
  /// Writes everything that was kept.
  void seal() HEDDLE_SUSPENDS;
  /// Reads every segment once more; returns how many are damaged.
  std::size_t verify() HEDDLE_SUSPENDS;
  std::vector<Segment> segments() { return manifest_.segments(); }

private:
  struct Line {
    std::int64_t time_ms;
    std::string text;
    auto operator<=>(const Line &) const = default;
  };

  void write_segment(const std::string &service, std::vector<Line> &lines);

  std::map<std::string, std::vector<Line>, std::less<>> pending_;
  Manifest manifest_;
};

} // namespace ingest
