// An API whose requests go through a session table, with clean-up after each.
#include "../router.h"

#include <heddle/heddle.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>

namespace {

struct Session {
  std::uint64_t user;
  std::array<std::uint64_t, 30> history;
};

class SessionTable {
public:
  ~SessionTable() {
    for (std::atomic<Session *> &slot : slots_)
      delete slot.load();
  }

  /// Starts the user's next session in the place of whoever had it.
  std::uint64_t renew(std::uint64_t user) {
    auto *session = new Session{user, {}};
    for (std::size_t i = 0; i < session->history.size(); ++i)
      session->history[i] = user * i;
    std::uint64_t token = session->history.back();
    if (Session *previous = slots_[user % slots_.size()].exchange(
            session, std::memory_order_acq_rel))
      heddle::retire(previous);
    return token;
  }

private:
  std::array<std::atomic<Session *>, 1024> slots_{};
};

class Api {
public:
  void process(const exercise::Request &request) {
    tokens_.fetch_add(sessions_.renew(request.id), std::memory_order_relaxed);
    finish();
  }

  void print() const {
    std::printf("%llu requests, tokens %llu\n",
                static_cast<unsigned long long>(requests_.load()),
                static_cast<unsigned long long>(tokens_.load()));
  }

private:
  void finish() {
    requests_.fetch_add(1, std::memory_order_relaxed);
  }

  SessionTable sessions_;
  std::atomic<std::uint64_t> tokens_ = 0;
  std::atomic<std::uint64_t> requests_ = 0;
};

} // namespace

int main() {
  return heddle::run([] {
    Api api;
    exercise::Router router;
    router.handle("/api", [&api](const exercise::Request &request) {
      api.process(request);
    });
    router.serve("/api", 50'000, 16);
    api.print();
    return 0;
  });
}
