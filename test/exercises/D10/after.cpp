// Loads the history of each region; what turns out not to count is left out.
#include <heddle/heddle.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <vector>

using namespace std::chrono_literals;

namespace {

using History = std::vector<std::uint64_t>;

History load(std::uint32_t region) {
  History history(1 << 20);
  std::iota(history.begin(), history.end(), std::uint64_t{region} * 1000);
  return history;
}

// Asks the catalogue, which takes a while to answer.
bool counts(std::uint32_t region) {
  heddle::sleep_for(5ms);
  return region % 8 == 0;
}

class Report {
public:
  void add(std::uint32_t region) {
    auto loaded = heddle::make_channel<History>(1);
    loading_.spawn([loaded, region] { loaded->send(load(region)); });
    if (!counts(region))
      return;
    const History history = *loaded->receive();
    total_ += std::accumulate(history.begin(), history.end(), std::uint64_t{0});
  }

  // A region that is stuck must not keep the program.
  void finish() {
    if (!loading_.wait_for(300ms))
      std::fprintf(stderr, "still loading\n");
    std::printf("total %llu\n", static_cast<unsigned long long>(total_));
  }

private:
  heddle::WaitGroup loading_;
  std::uint64_t total_ = 0;
};

} // namespace

int main() {
  heddle::run([] {
    Report report;
    for (std::uint32_t region = 0; region < 8; ++region)
      report.add(region);
    report.finish();
  });
  return 0;
}
