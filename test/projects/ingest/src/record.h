#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ingest {

enum class Level : std::uint8_t { Debug, Info, Warning, Error };

/// One log line, taken apart. The views point into the line, but for `region`,
/// which whoever knows the host adds.
struct Record {
  std::int64_t time_ms = 0; ///< since the epoch
  Level level = Level::Info;
  std::uint16_t status = 0;
  std::uint32_t latency_us = 0;
  std::uint32_t bytes = 0;
  std::string_view service;
  std::string_view host;
  std::string_view region;
  std::string_view line;
};

/// The record that `line` holds; empty if it is malformed. A line is a time
/// stamp and `key=value` fields; unknown keys are skipped.
std::optional<Record> parse_record(std::string_view line);

} // namespace ingest
