// A cache of users' limits: requests look theirs up and spend from it.
#include "../router.h"

#include <heddle/heddle.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <mutex>

namespace {

class Limits {
public:
  void grant(std::uint64_t user, std::uint64_t amount) {
    std::lock_guard lock(mutex_);
    left_[user] = amount;
  }

  void spend(std::uint64_t user, std::uint64_t amount) {
    std::lock_guard lock(mutex_);
    left_[user] -= amount;
  }

  std::uint64_t left(std::uint64_t user) {
    std::lock_guard lock(mutex_);
    auto found = left_.find(user);
    return found == left_.end() ? 0ul : found->second;
  }

private:
  heddle::Mutex mutex_;
  std::map<std::uint64_t, std::uint64_t> left_;
};

constexpr std::uint64_t users = 100'000;

} // namespace

int main() {
  return heddle::run([] {
    Limits limits;
    for (std::uint64_t user = 0; user < users; ++user)
      limits.grant(user, 1'000);

    exercise::Router router;
    router.handle("/spend", [&](const exercise::Request &request) {
      for (std::uint64_t part = 0; part < 50; ++part) {
        std::uint64_t user = (request.id * 50 + part) * 7919 % users;
        if (limits.left(user) > 0)
          limits.spend(user, 1);
      }
    });
    router.serve("/spend", 40'000, 32);

    std::uint64_t left = 0;
    for (std::uint64_t user = 0; user < users; ++user)
      left += limits.left(user);
    std::printf("%llu left\n", static_cast<unsigned long long>(left));
    return 0;
  });
}
