// Sessions: each request makes one, finds it again and ends it.
#include "../router.h"

#include <heddle/heddle.h>

#include <atomic>
#include <cstdint>
#include <cstdio>

namespace {

class Sessions {
public:
  std::uint64_t open(std::uint64_t user) {
    std::uint64_t session = next_++;
    users_.insert(session, user);
    return session;
  }

  std::uint64_t user(std::uint64_t session) const {
    return users_.get(session).value_or(0);
  }

  void close(std::uint64_t session) { users_.erase(session); }

private:
  std::atomic<std::uint64_t> next_ = 0;
  heddle::ShardedMap<std::uint64_t, std::uint64_t> users_;
};

} // namespace

int main() {
  return heddle::run([] {
    Sessions sessions;
    std::atomic<std::uint64_t> sum = 0;
    exercise::Router router;
    router.handle("/login", [&](const exercise::Request &request) {
      for (std::uint64_t part = 0; part < 20; ++part) {
        std::uint64_t session = sessions.open(request.id);
        sum.fetch_add(sessions.user(session), std::memory_order_relaxed);
        sessions.close(session);
      }
    });
    router.serve("/login", 50'000, 16);

    std::printf("%llu in all\n", static_cast<unsigned long long>(sum.load()));
    return 0;
  });
}
