// A product page, put together from four parts.
#include "../router.h"

#include <heddle/heddle.h>

#include <atomic>
#include <cstdint>
#include <cstdio>

namespace {

using exercise::Request;

std::uint64_t mix(std::uint64_t value, int rounds) {
  for (int round = 0; round < rounds; ++round)
    value = value * 6364136223846793005u + 1442695040888963407u;
  return value >> 40;
}

std::uint64_t price(const Request &request) { return mix(request.id, 40); }
std::uint64_t stock(const Request &request) { return mix(request.id + 1, 60); }
std::uint64_t rating(const Request &request) { return mix(request.id + 2, 80); }
std::uint64_t related(const Request &request) {
  return mix(request.id + 3, 100);
}

std::uint64_t page(const Request &request) {
  std::uint64_t cents = 0, pieces = 0, stars = 0, links = 0;
  heddle::invoke_all(
      [&] {
        cents = price(request);
      },
      [&] {
        pieces = stock(request);
      },
      [&] {
        stars = rating(request);
      },
      [&] {
        links = related(request);
      });
  return cents ^ pieces ^ stars ^ links;
}

} // namespace

int main() {
  return heddle::run([] {
    std::atomic<std::uint64_t> bytes = 0;
    exercise::Router router;
    router.handle("/product", [&bytes](const Request &request) {
      bytes.fetch_add(page(request), std::memory_order_relaxed);
    });
    router.serve("/product", 200'000, 16);
    std::printf("%llu bytes of pages\n",
                static_cast<unsigned long long>(bytes.load()));
    return 0;
  });
}
