#pragma once

#include <heddle/heddle.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ingest {

/// An error or a warning that a service logged, in which minute.
struct Complaint {
  std::string_view service;
  std::int64_t minute = 0;
};

/// A service that complained too often within a minute.
struct Alert {
  std::string service;
  std::int64_t minute = 0;
  std::uint64_t complaints = 0;
};

/// Counts complaints and raises alerts.
class AlertBoard {
public:
  /// Alerts are appended to the file at `path`, once a burst is over.
  AlertBoard(std::string path, std::uint64_t threshold)
      : path_(std::move(path)), threshold_(threshold) {}

  /// Counts what comes until `complaints` is closed.
  void run(heddle::Channel<Complaint> &complaints) HEDDLE_SUSPENDS;

  /// All alerts, by service and minute. To be called once run() has returned.
  std::vector<Alert> alerts() const;

private:
  void count(const Complaint &complaint);
  void write_pending();

  const std::string path_;
  const std::uint64_t threshold_;
  std::map<std::string, std::map<std::int64_t, std::uint64_t>, std::less<>>
      counts_;
  std::string pending_;
};

} // namespace ingest
