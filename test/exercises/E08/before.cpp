// Two simulations of a random walk that run beside each other.
#include <heddle/heddle.h>

#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

class Walk {
public:
  explicit Walk(std::uint64_t seed) : state_(seed) {}

  /// The furthest that the walk gets from where it starts.
  std::int64_t furthest(std::uint64_t steps) {
    std::int64_t place = 0, far = 0;
    std::uint64_t left = steps;
    while (left > 0) {
      place += next() & 1 ? 1 : -1;
      far = place > far ? place : far;
      --left;
      heddle::yield(); // let the other walk go on
    }
    return far;
  }

private:
  std::uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }

  std::uint64_t state_;
};

} // namespace

int main() {
  return heddle::run([] {
    std::vector<heddle::Future<std::int64_t>> walks;
    for (std::uint64_t seed : {81726454633u, 24635342421u}) {
      auto walk = [seed] { return Walk(seed).furthest(5'000'000); };
      walks.push_back(heddle::async(walk));
    }
    for (auto &walk : walks)
      std::printf("furthest %lld\n", static_cast<long long>(walk.get()));
    return 0;
  });
}
