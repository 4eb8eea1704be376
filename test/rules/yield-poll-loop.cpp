// RUN: %check_rule %s yield-poll-loop

#include "heddle/heddle.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include <sched.h>

using namespace std::chrono_literals;

void load();
void use();
void work(int item);
bool deviceReady();

void flagBad() {
  std::atomic<bool> ready{false};
  heddle::spawn([&] {
    load();
    ready.store(true, std::memory_order_release);
  });
  work(0);
  while (!ready.load(std::memory_order_acquire))
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task asks for 'ready' again and again [heddle-yield-poll-loop]
  // CHECK-NOTES: :[[@LINE+2]]:5: note: it yields in between
  // CHECK-NOTES: :[[@LINE-3]]:3: note: as an Event, the flag wakes the task; other uses of it change with it
    heddle::yield();
  use();
}
// CHECK-REVIEW-LABEL: void flagBad() {
// CHECK-REVIEW-NEXT:    heddle::Event ready;
// CHECK-REVIEW-NEXT:    heddle::spawn([&] {
// CHECK-REVIEW-NEXT:      load();
// CHECK-REVIEW-NEXT:      ready.set();
// CHECK-REVIEW-NEXT:    });
// CHECK-REVIEW-NEXT:    work(0);
// CHECK-REVIEW-NEXT:    ready.wait();
// CHECK-REVIEW-NEXT:    use();

void eventOk() {
  heddle::Event ready;
  heddle::spawn([&] {
    load();
    ready.set();
  });
  ready.wait();
}

class Cache {
public:
  void startBad() {
    for (;;) {
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task asks for 'filled_' again and again
    // CHECK-NOTES: :[[@LINE+4]]:7: note: it sleeps in between
    // CHECK-NOTES: :[[@LINE-3]]:5: note: as an Event, the flag wakes the task; other uses of it change with it
      if (filled_)
        break;
      heddle::sleep_for(10ms);
    }
    use();
  }
  void fill() {
    load();
    filled_ = true;
  }
  void clear() { filled_.store(false); }
  bool peek() const { return filled_; }

private:
  std::atomic<bool> filled_ = false;
};
// CHECK-REVIEW-LABEL: void startBad() {
// CHECK-REVIEW-NEXT:      filled_.wait();
// CHECK-REVIEW:         void fill() {
// CHECK-REVIEW-NEXT:      load();
// CHECK-REVIEW-NEXT:      filled_.set();
// CHECK-REVIEW:         void clear() { filled_.reset(); }
// CHECK-REVIEW-NEXT:    bool peek() const { return filled_.is_set(); }
// CHECK-REVIEW:         heddle::Event filled_;

static std::atomic<bool> started;
void namespaceBad() {
  heddle::spawn([] {
    while (started == false) {
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task asks for 'started' again and again
    // CHECK-NOTES: :[[@LINE+2]]:7: note: it yields in between
    // CHECK-NOTES: :[[@LINE-3]]:5: note: as an Event, the flag wakes the task; other uses of it change with it
      sched_yield();
    }
  });
  started = true;
}
// CHECK-REVIEW-LABEL: static heddle::Event started;
// CHECK-REVIEW:         heddle::spawn([] {
// CHECK-REVIEW-NEXT:      started.wait();
// CHECK-REVIEW-NEXT:    });
// CHECK-REVIEW-NEXT:    started.set();

// What is not an Event's to say: no fix.

void countBad(const std::vector<int> &items) {
  std::atomic<std::size_t> done{0};
  for (int item : items)
    heddle::spawn([&, item] {
      work(item);
      ++done;
    });
  while (done.load() < items.size())
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task asks for 'done' again and again
  // CHECK-NOTES: :[[@LINE+1]]:5: note: it yields in between
    heddle::yield();
}

enum class State { starting, running };
struct Service {
  std::atomic<State> state{State::starting};
  bool isRunning() const { return state.load() == State::running; }
};
void getterBad(Service &service) {
  while (!service.isRunning())
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task asks for 'state' again and again
  // CHECK-NOTES: :[[@LINE+1]]:5: note: it sleeps in between
    heddle::sleep_for(1ms);
}

static void nap() { std::this_thread::sleep_for(1ms); }
void wrapperBad() {
  static std::atomic_flag ready;
  auto wait = [] {
    while (!ready.test())
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task asks for 'ready' again and again
    // CHECK-NOTES: :[[@LINE+1]]:7: note: it sleeps in between
      nap();
  };
  heddle::spawn(wait);
}

void underLockBad(std::mutex &mutex, const bool &ready) {
  while (true) {
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task asks for 'ready' again and again
  // CHECK-NOTES: :[[@LINE+6]]:5: note: it sleeps in between
    {
      std::lock_guard lock(mutex);
      if (ready)
        break;
    }
    heddle::sleep_for(1ms);
  }
}

void growingPauseBad(std::atomic<bool> &ready) {
  auto pause = 1us;
  while (!ready) {
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task asks for 'ready' again and again
  // CHECK-NOTES: :[[@LINE+1]]:5: note: it sleeps in between
    heddle::sleep_for(pause);
    pause *= 2;
  }
}

void longSpinBad(std::atomic<bool> &ready) {
  for (int spin = 0; spin < 100'000 && !ready; ++spin)
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task asks for 'ready' again and again
  // CHECK-NOTES: :[[@LINE+1]]:5: note: it yields in between
    heddle::yield();
}

void deadlineBad(std::atomic<bool> &ready, heddle::TimePoint end) {
  while (!ready && heddle::Clock::now() < end)
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task asks for 'ready' again and again
  // CHECK-NOTES: :[[@LINE+1]]:5: note: it yields in between
    heddle::yield();
}

template <class T> void templateBad(const std::atomic<T> &value) {
  while (value.load() == T())
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task asks for 'value' again and again
  // CHECK-NOTES: :[[@LINE+1]]:5: note: it yields in between
    heddle::yield();
}
template void templateBad(const std::atomic<int> &);
template void templateBad(const std::atomic<long> &);

#define WAIT_FOR(flag)                                                         \
  while (!flag)                                                                \
  heddle::yield()
void macroBad(std::atomic<bool> &ready) {
  WAIT_FOR(ready);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task asks for 'ready' again and again
  // CHECK-NOTES: :[[@LINE-5]]:3: note: expanded from macro 'WAIT_FOR'
  // CHECK-NOTES: :[[@LINE-3]]:3: note: it yields in between
  // CHECK-NOTES: :[[@LINE-6]]:3: note: expanded from macro 'WAIT_FOR'
}

// Waits for something that no event tells of, or not only.

void deviceOk() {
  while (!deviceReady())
    heddle::sleep_for(1ms);
}
bool shortSpinOk(const std::atomic<bool> &ready) {
  for (int spin = 0; spin < 64; ++spin) {
    if (ready)
      return true;
    heddle::yield();
  }
  return false;
}
void shortWhileOk(const std::atomic<bool> &ready) {
  int spin = 0;
  while (!ready && ++spin < 32)
    heddle::yield();
}
void roundsOk(const std::atomic<bool> &ready, int rounds) {
  while (!ready && rounds-- > 0)
    heddle::yield();
}
void exchangeOk(std::atomic<int> &value) {
  int seen = value;
  while (!value.compare_exchange_weak(seen, seen + 1))
    heddle::yield();
}
void takeOk(std::atomic<bool> &taken) {
  while (taken.exchange(true))
    heddle::yield();
}
void workBetweenOk(const std::atomic<bool> &stop) {
  while (!stop) {
    work(1);
    heddle::yield();
  }
}
void threadOk(const std::atomic<bool> &ready) {
  std::thread([&] {
    while (!ready)
      std::this_thread::yield();
  }).join();
}
void notTaskCodeOk(const std::atomic<bool> &ready) {
  while (!ready)
    std::this_thread::sleep_for(1ms);
}
void countDownOk(int n) {
  while (n-- > 0)
    heddle::yield();
}
void futureOk(heddle::Future<int> &future) {
  if (!future.ready())
    heddle::yield();
}

namespace testing {
class Test {};
} // namespace testing
class Waits : public testing::Test {
  void body(const std::atomic<bool> &ready) {
    while (!ready)
      heddle::yield();
  }
};
