// Requests that are given thirty seconds and take microseconds.
#include <heddle/heddle.h>

#include <chrono>
#include <cstdint>
#include <cstdio>

namespace {

using namespace std::chrono_literals;

/// Asks the store, as long as the context lets it.
std::uint64_t query(const heddle::Context &context, std::uint64_t key) {
  std::uint64_t found = key;
  for (int step = 0; step < 8 && !context.cancelled(); ++step)
    found = found * 6364136223846793005u + 1442695040888963407u;
  return found >> 60;
}

std::uint64_t handle(const heddle::Context &parent, std::uint64_t key) {
  auto [context, cancel] = heddle::with_timeout(parent, 30s);
  heddle::CancelOnExit cancel_on_exit(cancel);
  const std::uint64_t found = query(context, key);
  if (found == 0)
    return 1;
  return found;
}

} // namespace

int main() {
  return heddle::run([] {
    auto [root, stop] = heddle::with_cancel(heddle::background());
    heddle::CancelOnExit stop_on_exit(stop);
    std::uint64_t sum = 0;
    for (std::uint64_t key = 0; key < 300'000; ++key)
      sum += handle(root, key);
    std::printf("sum %llu\n", static_cast<unsigned long long>(sum));
    return 0;
  });
}
