// A forecast that refines itself for as long as the service runs, beside the
// requests that read it.
#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>

namespace {

using namespace std::chrono_literals;

class Forecast {
public:
  /// Refines the forecast, for ever.
  void refine() {
    std::uint64_t state = 88172645463325252;
    for (;;) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      if (state % 1024 == 0)
        steps_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  bool ready() const { return steps_.load(std::memory_order_relaxed) > 0; }

private:
  std::atomic<std::uint64_t> steps_{0};
};

} // namespace

int main() {
  static Forecast forecast;
  return heddle::run(
      [] {
        for (unsigned i = 0; i < heddle::procs(); ++i)
          heddle::spawn([] { forecast.refine(); });

        int served = 0;
        for (int request = 0; request < 50; ++request) {
          heddle::sleep_for(2ms); // the next request
          ++served;
        }
        std::printf("%d requests, forecast %s\n", served,
                    forecast.ready() ? "ready" : "missing");
        return 0;
      },
      {.exit_grace = 500ms});
}
