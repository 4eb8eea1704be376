// RUN: %check_rule %s redundant-yield

#include "heddle/heddle.h"

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace testing {
class Test {};
} // namespace testing

using Items = std::vector<long>;

void work(long item);
bool deviceReady();
std::atomic<bool> stop{false};
std::atomic<long> shared{0};

void onceOk(const Items &items) {
  heddle::yield();
  for (long item : items)
    work(item);
}

void fewOk() {
  for (int i = 0; i < 4; ++i) {
    work(i);
    heddle::yield();
  }
}

// Whoever is pinned is not moved away for another.
void pinnedOk(const Items &items) {
  heddle::ThreadPin pin;
  for (long item : items) {
    work(item);
    heddle::yield();
  }
}
void pinnedByHandOk(const Items &items) {
  heddle::pin_thread();
  for (long item : items) {
    work(item);
    heddle::yield();
  }
  heddle::unpin_thread();
}
static void pinnedByCaller(const Items &items) {
  for (long item : items) {
    work(item);
    heddle::yield();
  }
}
void pinningCallerOk(const Items &items) {
  heddle::ThreadPin pin;
  pinnedByCaller(items);
}

void spinOnFlagOk() {
  while (!stop)
    heddle::yield();
}
void spinOnDeviceOk(const Items &items) {
  for (long item : items) {
    while (!deviceReady())
      heddle::yield();
    work(item);
  }
}
void spinInRoundsOk(const Items &items) {
  for (long item : items) {
    for (int spin = 0; spin < 1000; ++spin) {
      if (deviceReady())
        break;
      heddle::yield();
    }
    work(item);
  }
}
void pumpOk() {
  while (!stop.load()) {
    if (deviceReady())
      work(1);
    heddle::yield();
  }
}
void pollOk(heddle::Channel<long> &queue) {
  for (;;) {
    if (auto item = queue.try_receive())
      work(*item);
    else
      heddle::yield();
  }
}

void exchangeOk(long by) {
  long seen = shared.load();
  while (!shared.compare_exchange_weak(seen, seen + by))
    heddle::yield();
}
void exchangeInRoundsOk(long by) {
  long seen = shared.load();
  for (int round = 0; round < 1'000'000; ++round) {
    if (shared.compare_exchange_strong(seen, seen + by))
      return;
    heddle::yield();
  }
}

// Only when it finds others in its way.
void whenBusyOk(const Items &items) {
  for (long item : items) {
    if (shared.load() > 100)
      heddle::yield();
    work(item);
  }
}

// Nothing but turns for others, on purpose.
void onlyTurnsOk() {
  for (int i = 0; i < 100; ++i)
    heddle::yield();
}

void checkpointOk(const Items &items) {
  for (long item : items) {
    work(item);
    heddle::checkpoint();
  }
}

// The thread's own slice, on a thread of one's own.
void threadOk(const Items &items) {
  std::thread([&items] {
    for (long item : items) {
      work(item);
      std::this_thread::yield();
      heddle::yield();
    }
  }).join();
}
void notTaskCodeOk(const Items &items) {
  for (long item : items) {
    work(item);
    std::this_thread::yield();
  }
}

class Turns : public testing::Test {
  void body(const Items &items) {
    for (long item : items) {
      work(item);
      heddle::yield();
    }
  }
};

// What is called so is not what is meant.
struct Parser {
  void yield();
};
void lookAlikeOk(Parser &parser, const Items &items) {
  for (long item : items) {
    work(item);
    parser.yield();
  }
}

// A loop that goes on until it is stopped may well be waiting for that.
void FN_untilStopped() {
  while (!stop) {
    work(1);
    heddle::yield();
  }
}
