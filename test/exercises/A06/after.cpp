// A configuration service: readers share a snapshot, writers replace it.
#include "../router.h"

#include <heddle/heddle.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

namespace {

struct Snapshot {
  std::uint64_t version = 0;
  std::vector<std::uint32_t> limits;
};

class Settings {
public:
  ~Settings() { delete current_.load(); }

  /// Replaces the snapshot that readers see. Those who still read the old one
  /// keep it until they are done.
  void publish(std::uint64_t version) {
    auto *next = new Snapshot{version, std::vector<std::uint32_t>(64)};
    for (std::size_t i = 0; i < next->limits.size(); ++i)
      next->limits[i] = static_cast<std::uint32_t>(version * 31 + i) % 1000;
    heddle::retire(current_.exchange(next, std::memory_order_acq_rel));
  }

  const Snapshot &read() const {
    return *current_.load(std::memory_order_acquire);
  }

private:
  std::atomic<Snapshot *> current_{new Snapshot};
};

} // namespace

int main() {
  return heddle::run([] {
    Settings settings;
    std::atomic<std::uint64_t> served = 0;

    exercise::Router router;
    router.handle("/settings", [&](const exercise::Request &request) {
      settings.publish(request.id + 1);
      served.fetch_add(1, std::memory_order_relaxed);
    });
    router.serve("/settings", 50'000, 8);

    std::printf("%llu updates, %zu limits\n",
                static_cast<unsigned long long>(served.load()),
                settings.read().limits.size());
    return 0;
  });
}
