// A shop's front: the catalogue is read when the first request asks for it.
#include "../router.h"

#include <heddle/heddle.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

class Catalogue {
public:
  Catalogue() : prices_(400'000) {
    std::uint32_t seed = 1;
    for (std::uint32_t &price : prices_)
      price = (seed = seed * 1664525u + 1013904223u) % 10'000;
    std::sort(prices_.begin(), prices_.end());
  }

  std::uint32_t cheaper_than(std::uint32_t price) const {
    return std::uint32_t(
        std::lower_bound(prices_.begin(), prices_.end(), price) -
        prices_.begin());
  }

private:
  std::vector<std::uint32_t> prices_;
};

const Catalogue &catalogue() {
  static Catalogue *instance = new Catalogue;
  return *instance;
}

} // namespace

int main() {
  return heddle::run([] {
    std::atomic<std::uint64_t> found = 0;
    exercise::Router router;
    router.handle("/cheap", [&](const exercise::Request &request) {
      found +=
          catalogue().cheaper_than(std::uint32_t(request.id * 37 % 10'000));
    });
    router.serve("/cheap", 20'000, 64);

    std::printf("%llu found\n", static_cast<unsigned long long>(found.load()));
    return 0;
  });
}
