#pragma once

#include "alerts.h"
#include "decoder.h"
#include "segments.h"

#include <heddle/heddle.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>

namespace ingest {

struct Totals {
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
  std::array<std::uint64_t, 4> by_level{};
  std::array<std::uint64_t, 6> by_status_class{};
  /// Lines by the number of bits of their latency in microseconds.
  std::array<std::uint64_t, 33> by_latency_bits{};

  void add(const Record &record);
  /// An upper bound of the latency that `percent` of the lines stay within.
  std::uint64_t latency_us(unsigned percent) const;
};

struct Summary {
  std::uint64_t malformed = 0;
  Totals all;
  std::map<std::string, Totals, std::less<>> services;
  std::map<std::string, Totals, std::less<>> regions;
};

/// How far the ingest has come: a small copy for readers that must not wait.
struct Progress {
  std::uint64_t lines = 0;
  std::uint64_t malformed = 0;
  std::uint64_t errors = 0;
  std::uint64_t bytes = 0;
};

/// Adds up batches, keeps the errors, passes complaints on.
class Rollup {
public:
  Rollup(SegmentStore &errors, heddle::Channel<Complaint> &complaints)
      : errors_(errors), complaints_(complaints) {}
  ~Rollup() { delete progress_.load(); }

  /// Takes what comes until `batches` is closed.
  void run(heddle::Channel<Batch> &batches) HEDDLE_SUSPENDS;

  Progress progress() const { return *progress_.load(); }
  /// To be called once run() has returned.
  const Summary &summary() const { return summary_; }

private:
  void add(const Batch &batch);
  void publish();

  SegmentStore &errors_;
  heddle::Channel<Complaint> &complaints_;
  Summary summary_;
  std::atomic<Progress *> progress_ = new Progress;
};

} // namespace ingest
