// Thumbnails: each request draws on the canvas of its
// thread, and stores the result with a backend.
#include "../router.h"
#include "canvas.h"

#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>

using namespace std::chrono_literals;

namespace {

std::uint32_t draw(std::uint64_t id) {
  heddle::ThreadPin pin;
  Canvas::begin(48);
  for (std::uint32_t disc = 0; disc < 4; ++disc)
    Canvas::disc(id * 7 % 48, (id + disc * 13) % 48, 3 + id % 5);
  return Canvas::end();
}

void store(std::uint64_t, std::uint32_t) {
  heddle::sleep_for(1ms); // the round trip to the backend
}

} // namespace

int main() {
  return heddle::run([] {
    std::atomic<std::uint64_t> covered = 0;

    exercise::Router router;
    router.handle("/thumbnail", [&](const exercise::Request &request) {
      std::uint32_t points = draw(request.id);
      store(request.id, points);
      covered.fetch_add(points, std::memory_order_relaxed);
    });
    router.serve("/thumbnail", 5'000, 200);

    std::printf("%llu points\n",
                static_cast<unsigned long long>(covered.load()));
    return 0;
  });
}
