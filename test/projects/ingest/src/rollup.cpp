#include "rollup.h"

#include <bit>

namespace ingest {
namespace {

constexpr std::int64_t ms_per_minute = 60'000;

std::map<std::string, Totals, std::less<>>::value_type &
entry(std::map<std::string, Totals, std::less<>> &table, std::string_view key) {
  const auto found = table.find(key);
  return found != table.end() ? *found
                              : *table.try_emplace(std::string(key)).first;
}

} // namespace

void Totals::add(const Record &record) {
  ++lines;
  bytes += record.bytes;
  ++by_level[static_cast<std::size_t>(record.level)];
  ++by_status_class[record.status < 600 ? record.status / 100 : 0];
  ++by_latency_bits[std::bit_width(record.latency_us)];
}

std::uint64_t Totals::latency_us(unsigned percent) const {
  std::uint64_t left = (lines * percent + 99) / 100;
  for (std::size_t bits = 0; bits < by_latency_bits.size(); ++bits) {
    if (left <= by_latency_bits[bits])
      return (std::uint64_t(1) << bits) - 1;
    left -= by_latency_bits[bits];
  }
  return 0;
}

void Rollup::run(heddle::Channel<Batch> &batches) {
  for (const Batch &batch : batches) {
    add(batch);
    publish();
  }
}

void Rollup::add(const Batch &batch) {
  summary_.malformed += batch.malformed;
  for (const Record &record : batch.records) {
    summary_.all.add(record);
    auto &[service, totals] = entry(summary_.services, record.service);
    totals.add(record);
    entry(summary_.regions, record.region).second.add(record);
    if (record.level == Level::Error)
      errors_.keep(record);
    if (record.level >= Level::Warning)
      complaints_.send({service, record.time_ms / ms_per_minute});
  }
}

void Rollup::publish() {
  const Totals &all = summary_.all;
  auto *now = new Progress{
      .lines = all.lines,
      .malformed = summary_.malformed,
      .errors = all.by_level[static_cast<std::size_t>(Level::Error)],
      .bytes = all.bytes,
  };
  heddle::retire(progress_.exchange(now));
  heddle::collect();
}

} // namespace ingest
