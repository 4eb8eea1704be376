// Scores a batch of readings on each processor, while a monitor waits for its
// turn to look at how far they are.
#include <heddle/heddle.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

struct Reading {
  std::uint32_t sensor;
  std::uint32_t value;
};

std::vector<Reading> record(std::uint32_t count) {
  std::vector<Reading> readings(count);
  for (std::uint32_t i = 0; i < count; ++i)
    readings[i] = {i % 64, (i * 2654435761u) >> 12};
  return readings;
}

/// How unusual a reading is, given the one before it.
std::uint64_t score(const Reading &reading, std::uint64_t last) {
  return (last ^ reading.value) * (reading.sensor + 1) % 1'000'003;
}

std::uint64_t scoreAll(const std::vector<Reading> &readings) {
  std::uint64_t total = 0;
  for (const Reading &reading : readings) {
    total += score(reading, total);
  }
  return total;
}

} // namespace

int main() {
  return heddle::run([] {
    const std::vector<Reading> readings = record(2'000'000);
    std::atomic<std::uint64_t> total = 0;

    heddle::WaitGroup crew;
    for (int shift = 0; shift < 4; ++shift)
      crew.spawn([&] { total += scoreAll(readings); });
    crew.wait();

    std::printf("score %llu\n", static_cast<unsigned long long>(total.load()));
    return 0;
  });
}
