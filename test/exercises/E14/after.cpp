// Daily totals. While a day's table is in use, a task guards it.
#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <numeric>
#include <vector>

using namespace std::chrono_literals;

namespace {

class Table {
public:
  explicit Table(std::uint32_t day) : rows_(1 << 20) {
    std::iota(rows_.begin(), rows_.end(), std::uint64_t{day} * 1000);
  }

  std::uint64_t sum() const {
    return std::accumulate(rows_.begin(), rows_.end(), std::uint64_t{0});
  }
  bool changed() const { return rows_.front() % 1000 != 0; }

private:
  std::vector<std::uint64_t> rows_;
};

class Report {
public:
  void add(std::uint32_t day) {
    const auto table = std::make_shared<const Table>(day);
    const auto in_use = heddle::make_channel<bool>();
    heddle::ScopeExit close_in_use([&] { in_use->close(); });
    guards_.spawn([this, table, in_use] {
      in_use->receive();
      damaged_ += table->changed();
    });
    total_ += table->sum();
  }

  // A guard that is stuck must not keep the program.
  void finish() {
    if (guards_.wait_for(300ms) && damaged_ > 0)
      std::printf("%u tables changed while in use\n", damaged_.load());
    std::printf("total %llu\n", static_cast<unsigned long long>(total_));
  }

private:
  heddle::WaitGroup guards_;
  std::atomic<unsigned> damaged_ = 0;
  std::uint64_t total_ = 0;
};

} // namespace

int main() {
  heddle::run([] {
    Report report;
    for (std::uint32_t day = 0; day < 8; ++day)
      report.add(day);
    report.finish();
  });
  return 0;
}
