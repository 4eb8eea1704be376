// An interface that counts its requests, for the metrics page.
#include "../router.h"

#include <heddle/heddle.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <mutex>

namespace {

class Metrics {
public:
  void count_request() {
    ++requests_;
  }

  std::uint64_t requests() const {
    return requests_.load();
  }

private:
  std::atomic<std::uint64_t> requests_ = 0;
};

std::uint64_t answer(std::uint64_t id) { return id * 2654435761u % 1000; }

} // namespace

int main() {
  return heddle::run([] {
    Metrics metrics;
    exercise::Router router;
    router.handle("/api", [&](const exercise::Request &request) {
      for (std::uint64_t part = 0; part < 100; ++part)
        if (answer(request.id + part) < 1000)
          metrics.count_request();
    });
    router.serve("/api", 100'000, 8);

    std::printf("%llu requests\n",
                static_cast<unsigned long long>(metrics.requests()));
    return 0;
  });
}
