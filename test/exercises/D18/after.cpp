// A report from many shards: when one shard is bad, the rest of the report is
// of no use.
#include <heddle/heddle.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>

namespace {

constexpr std::uint32_t shards = 8;

std::uint64_t scan(const heddle::Context &context, std::uint32_t report,
                   std::uint32_t shard) {
  if (report % 2 == 1 && shard == 0)
    throw std::runtime_error("report " + std::to_string(report) +
                             ": a shard is bad");
  std::uint64_t sum = 0;
  for (std::uint32_t block = 0; block < 8; ++block) {
    if (context.error())
      return 0;
    for (std::uint32_t row = 0; row < 4'000; ++row)
      sum += (row * shard + block) % 97;
  }
  return sum;
}

std::uint64_t make_report(std::uint32_t report) {
  heddle::Counter sum;
  heddle::TaskGroup group;
  for (std::uint32_t shard = 0; shard < shards; ++shard)
    group.spawn([&, shard](const heddle::Context &context) {
      sum.add(std::int64_t(scan(context, report, shard)));
    });
  group.wait();
  return std::uint64_t(sum.value());
}

} // namespace

int main() {
  return heddle::run([] {
    std::uint64_t total = 0;
    std::uint32_t bad = 0;
    for (std::uint32_t report = 0; report < 2'000; ++report)
      try {
        total += make_report(report);
      } catch (const std::runtime_error &) {
        ++bad;
      }
    std::printf("%llu in all, %u bad\n", static_cast<unsigned long long>(total),
                bad);
    return 0;
  });
}
