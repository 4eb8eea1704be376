// A map server: each request draws a tile with a library that keeps its canvas
// in the thread, from symbols that another part of the program looks up.
#include "../router.h"
#include "canvas.h"

#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>

using namespace std::chrono_literals;

namespace {

using Symbols = heddle::WorkerPool<std::uint64_t, std::uint32_t>;

std::uint32_t draw(std::uint64_t tile, Symbols &symbols) {
  static heddle::PinnedPool pinned(heddle::available_procs());
  return pinned.run([&] {
    canvas_begin(32);
    for (std::uint32_t place = 0; place < 3; ++place) {
      std::uint32_t size = symbols.call(tile + place).get();
      canvas_disc(tile * 7 % 32, (tile + place * 13) % 32, size);
    }
    return canvas_end();
  });
}

void store(std::uint64_t, std::uint32_t) {
  heddle::sleep_for(1ms); // the round trip to the backend
}

} // namespace

int main() {
  return heddle::run([] {
    std::atomic<std::uint64_t> covered = 0;
    Symbols symbols{
        4, 64, [](std::uint64_t key) { return std::uint32_t(2 + key % 6); }};

    exercise::Router router;
    router.handle("/tile", [&](const exercise::Request &request) {
      std::uint32_t points = draw(request.id, symbols);
      store(request.id, points);
      covered.fetch_add(points, std::memory_order_relaxed);
    });
    router.serve("/tile", 10'000, 100);

    std::printf("%llu points\n",
                static_cast<unsigned long long>(covered.load()));
    return 0;
  });
}
