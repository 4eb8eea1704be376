// A dashboard: each request refreshes a thousand tiles.
#include "../router.h"

#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>

namespace {

class Dashboard {
public:
  void refresh(std::uint64_t tile) {
    std::uint64_t value = tile;
    for (int step = 0; step < 200; ++step)
      value = value * 2862933555777941757u + 3037000493u;
    sum_.fetch_add(value, std::memory_order_relaxed);
    refreshed_.fetch_add(1, std::memory_order_release);
  }

  void wait_for(std::uint64_t tiles) const {
    while (refreshed_.load(std::memory_order_acquire) < tiles)
      heddle::sleep_for(std::chrono::milliseconds(1));
  }

  std::uint64_t sum() const { return sum_.load(); }

private:
  std::atomic<std::uint64_t> sum_ = 0;
  std::atomic<std::uint64_t> refreshed_ = 0;
};

} // namespace

int main() {
  return heddle::run([] {
    constexpr std::uint64_t requests = 1000;
    constexpr int tiles = 1000;
    Dashboard dashboard;

    exercise::Router router;
    router.handle("/", [&dashboard](const exercise::Request &request) {
      static heddle::Semaphore slots(2 * heddle::available_procs());
      for (int tile = 0; tile < tiles; ++tile) {
        heddle::spawn_limited(slots, [&dashboard, id = request.id * tiles + tile] {
          dashboard.refresh(id);
        });
      }
    });
    router.serve("/", requests, 16);

    dashboard.wait_for(requests * tiles);
    std::printf("dashboard %016llx\n",
                static_cast<unsigned long long>(dashboard.sum()));
    return 0;
  });
}
