// Sensors' gauges: each is drawn on the canvas of its
// thread, again and again with a pause between.
#include "canvas.h"

#include <heddle/heddle.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>

using namespace std::chrono_literals;

namespace {

std::uint32_t refresh(std::uint32_t gauge, std::uint32_t round) {
  std::uint32_t covered = 0;
  {
    heddle::ThreadPin pin;
    Canvas::begin(32);
    Canvas::disc(gauge % 32, round % 32, 2 + gauge % 7);
    covered = Canvas::end();
  }
  heddle::sleep_for(2ms); // until its sensor has something new
  return covered;
}

} // namespace

int main() {
  return heddle::run([] {
    std::atomic<std::uint64_t> covered = 0;
    heddle::WorkerPool<std::uint32_t> board{
        200, 200, [&](std::uint32_t gauge) {
          for (std::uint32_t round = 0; round < 40; ++round)
            covered.fetch_add(refresh(gauge, round), std::memory_order_relaxed);
        }};
    for (std::uint32_t gauge = 0; gauge < 200; ++gauge)
      board.submit(gauge);
    board.close();
    board.wait();
    std::printf("%llu points\n",
                static_cast<unsigned long long>(covered.load()));
    return 0;
  });
}
