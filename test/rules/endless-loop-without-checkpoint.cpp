// RUN: %check_rule %s endless-loop-without-checkpoint

#include "heddle/heddle.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

std::atomic<long> counter;
void unseen();
long mix(long value) { return value * 31 + 7; }

void lambdaBad() {
  heddle::spawn([] {
    for (;;) {
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the loop never ends, and never lets another task run [heddle-endless-loop-without-checkpoint]
    // CHECK-NOTES: :[[@LINE-3]]:3: note: in a task that is started here
      counter.fetch_add(1);
    }
  });
}
// CHECK-FIXES-LABEL: void lambdaBad() {
// CHECK-FIXES-NEXT:    heddle::spawn([] {
// CHECK-FIXES-NEXT:      for (;;) {
// CHECK-FIXES-NEXT:        heddle::checkpoint();
// CHECK-FIXES-NEXT:        counter.fetch_add(1);
// CHECK-FIXES-NEXT:      }

void checkpointOk() {
  heddle::spawn([] {
    for (;;) {
      heddle::checkpoint();
      counter.fetch_add(1);
    }
  });
}

class Search {
public:
  void start() {
    heddle::spawn([this] { run(); });
  }

private:
  void run() {
    while (true)
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the loop never ends, and never lets another task run
    // CHECK-NOTES: :[[@LINE-7]]:5: note: in a task that is started here
    // CHECK-NOTES: :[[@LINE-8]]:28: note: reached through this call
      step();
  }
  void step() {
    double value = std::sqrt(double(mix(best_)));
    best_ = value > 1 ? long(value) : best_ + 1;
    for (long i = 0; i < 10; ++i)
      if (i == best_)
        break;
  }
  long best_ = 0;
};
// CHECK-FIXES-LABEL: void run() {
// CHECK-FIXES-NEXT:      while (true) {
// CHECK-FIXES-NEXT:        heddle::checkpoint();
// CHECK-FIXES-NEXT:        step();
// CHECK-FIXES-NEXT:      }

template <class T> void refineBad(T value) {
  do {
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the loop never ends, and never lets another task run
  // CHECK-NOTES: :[[@LINE+14]]:9: note: in a task that is started here
  // CHECK-NOTES: :[[@LINE+13]]:20: note: reached through this call
    value = value * 2 + 1;
    switch (int(value)) {
    case 0:
      break;
    default:
      counter = long(value);
    }
  } while (1);
}
void startsBad() {
  heddle::WaitGroup group;
  group.spawn([] { refineBad(1.0); });
  group.spawn([] { refineBad(1L); });
  group.wait();
}

static void spinBad() {
  for (;;)
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the loop never ends, and never lets another task run
  // CHECK-NOTES: :[[@LINE+5]]:3: note: in a task that is started here
    ;
}
void storedBad(heddle::WorkerPool<int> &) {
  std::function<void()> body = spinBad;
  heddle::spawn(body);
}

void emptyBad() {
  heddle::spawn([] {
    while (true) {
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the loop never ends, and never lets another task run
    // CHECK-NOTES: :[[@LINE-3]]:3: note: in a task that is started here
    }
  });
}
// CHECK-FIXES-LABEL: void emptyBad() {
// CHECK-FIXES-NEXT:    heddle::spawn([] {
// CHECK-FIXES-NEXT:      while (true) {
// CHECK-FIXES-NEXT:        heddle::checkpoint();
// CHECK-FIXES-NEXT:      }
// CHECK-FIXES-NEXT:    });

// At a checkpoint the task could lose what is its thread's: no fix.
std::mutex mutex;
void lockedBad() {
  heddle::spawn([] {
    std::lock_guard lock(mutex);
    for (;;)
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the loop never ends, and never lets another task run
    // CHECK-NOTES: :[[@LINE-4]]:3: note: in a task that is started here
      ++counter;
  });
}
thread_local long own;
void threadLocalBad() {
  heddle::spawn([] {
    for (;;)
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the loop never ends, and never lets another task run
    // CHECK-NOTES: :[[@LINE-3]]:3: note: in a task that is started here
      own = mix(own);
  });
}
#define FOREVER for (;;)
void macroBad() {
  heddle::spawn([] {
    FOREVER { ++counter; }
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the loop never ends, and never lets another task run
    // CHECK-NOTES: :[[@LINE-5]]:17: note: expanded from macro 'FOREVER'
    // CHECK-NOTES: :[[@LINE-4]]:3: note: in a task that is started here
  });
}

// It waits, ends, or is not known not to.

void waitsOk(heddle::Channel<int> &queue) {
  heddle::spawn([&] {
    for (;;)
      counter += queue.receive().value_or(0);
  });
}
static void politely() { heddle::yield(); }
void yieldsOk() {
  heddle::spawn([] {
    for (;;) {
      ++counter;
      politely();
    }
  });
}
void breaksOk() {
  heddle::spawn([] {
    for (;;)
      if (++counter > 1000)
        break;
  });
}
void returnsOk() {
  heddle::spawn([] {
    for (;;) {
      for (int i = 0; i < 10; ++i)
        if (++counter > 1000)
          return;
    }
  });
}
void throwsOk() {
  heddle::spawn([] {
    try {
      for (;;)
        if (++counter > 1000)
          throw 1;
    } catch (int) {
    }
  });
}
static long checked(long value) {
  if (value < 0)
    throw 1;
  return value + 1;
}
void throwsInCallOk() {
  heddle::spawn([] {
    for (;;)
      counter = checked(counter);
  });
}
void exitsOk() {
  heddle::spawn([] {
    for (;;)
      if (++counter > 1000)
        std::exit(0);
  });
}
void unseenOk() {
  heddle::spawn([] {
    for (;;)
      unseen();
  });
}
void pointerOk(void (*step)()) {
  heddle::spawn([step] {
    for (;;)
      step();
  });
}
struct Strategy {
  virtual ~Strategy() = default;
  virtual void step() { ++counter; }
};
struct Careful : Strategy {
  void step() override { heddle::yield(); }
};
void overriddenOk(Strategy &strategy) {
  heddle::spawn([&] {
    for (;;)
      strategy.step();
  });
}
void mutexOk(heddle::Mutex &turn) {
  heddle::spawn([&] {
    for (;;) {
      std::lock_guard lock(turn);
      ++counter;
    }
  });
}
void untilStoppedOk(std::atomic<bool> &stop) {
  heddle::spawn([&] {
    while (!stop)
      ++counter;
  });
}
void foreignOk() {
  heddle::spawn([] {
    heddle::foreign([] {
      for (;;)
        ++counter;
    });
  });
}
void threadOk() {
  std::thread([] {
    for (;;)
      ++counter;
  }).detach();
}
void notTaskCodeOk() {
  for (;;)
    ++counter;
}

// What it calls is not in view.
void stepsOk(std::function<void()> step) {
  heddle::spawn([step] {
    for (;;)
      step();
  });
}

void eachOk(std::vector<int> items, std::function<void(int)> visit) {
  heddle::spawn([=] {
    for (;;)
      std::for_each(items.begin(), items.end(), visit);
  });
}

void oneLineBad() {
  heddle::spawn([] { for (;;) { } });
  // CHECK-MESSAGES: :[[@LINE-1]]:22: warning: the loop never ends, and never lets another task run
}
// CHECK-FIXES-LABEL: void oneLineBad() {
// CHECK-FIXES-NEXT: {{^}}  heddle::spawn([] { for (;;) { heddle::checkpoint(); } });
