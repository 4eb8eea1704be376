// A worker that takes orders from a channel that is mostly empty, beside one
// that has something to compute.
#include <heddle/heddle.h>

#include <chrono>
#include <cstdint>
#include <cstdio>

namespace {

using namespace std::chrono_literals;

/// Handles `count` orders; returns what they are worth.
std::uint64_t handle(heddle::Channel<std::uint32_t> &orders, unsigned count) {
  std::uint64_t worth = 0;
  for (;;) {
    auto order = orders.receive();
    if (!order)
      continue;
    worth += *order;
    if (--count == 0)
      return worth;
  }
}

std::uint64_t compute(std::uint64_t steps) {
  std::uint64_t state = 1;
  while (steps-- > 0)
    state = state * 6364136223846793005u + 1442695040888963407u;
  return state;
}

} // namespace

int main() {
  return heddle::run([] {
    heddle::Channel<std::uint32_t> orders;
    auto desk = heddle::async([&] { return handle(orders, 60); });
    auto reserve = heddle::async([&] { return handle(orders, 60); });
    auto forecast = heddle::async([] { return compute(100'000'000); });
    for (std::uint32_t order = 0; order < 120; ++order) {
      heddle::sleep_for(2ms); // the next customer
      orders.send(order);
    }
    std::printf("worth %llu, forecast %llu\n",
                static_cast<unsigned long long>(desk.get() + reserve.get()),
                static_cast<unsigned long long>(forecast.get()));
    return 0;
  });
}
