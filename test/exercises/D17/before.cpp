// Sieves for candidate primes: tasks count what no small prime divides.
#include <heddle/heddle.h>

#include <cstdint>
#include <cstdio>
#include <mutex>

namespace {

std::mutex mutex;
std::int64_t found = 0;

bool divides_by_small(std::uint32_t n) {
  for (std::uint32_t p : {2u, 3u, 5u, 7u})
    if (n % p == 0)
      return true;
  return false;
}

void inspect(std::uint32_t n) {
  if (divides_by_small(n))
    return;
  std::lock_guard<std::mutex> lock(mutex);
  found++;
}

} // namespace

int main() {
  return heddle::run([] {
    heddle::parallel_for(0u, 20'000'000u, inspect);
    std::printf("%lld candidates\n", static_cast<long long>(found));
    return 0;
  });
}
