// RUN: %check_rule %s sleep-as-yield

#include "heddle/heddle.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <unistd.h>

using namespace std::chrono_literals;
using Items = std::vector<int>;

void work(int item);
bool tryWork(int item);
bool deviceReady();
std::atomic<bool> stop{false};

void zeroBad(heddle::Channel<int> &in, heddle::Channel<int> &out) {
  while (auto item = in.receive()) {
    out.send(*item);
    heddle::sleep_for(0s); // be cooperative
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep_for' for no time at all lets nobody else run [heddle-sleep-as-yield]
  }
}
// CHECK-FIXES-LABEL: void zeroBad(
// CHECK-FIXES:         out.send(*item);
// CHECK-FIXES-NEXT:  }

void zeroOnceBad() {
  work(1);
  heddle::sleep_for(heddle::Duration::zero());
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep_for' for no time at all lets nobody else run
  work(2);
}
// CHECK-FIXES-LABEL: void zeroOnceBad(
// CHECK-FIXES-NEXT:    work(1);
// CHECK-FIXES-NEXT:    work(2);

void zeroOfThreadBad() {
  heddle::spawn([] {
    constexpr std::chrono::milliseconds none{};
    std::this_thread::sleep_for(none);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep_for' for no time at all lets nobody else run
    work(1);
  });
}

void fairBad(const Items &items) {
  for (int item : items) {
    work(item);
    heddle::sleep_for(1ms); // let others run
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep_for' delays each item, though the task is preempted anyway
    // CHECK-NOTES: :[[@LINE-4]]:3: note: the items of this loop
    // CHECK-NOTES: :[[@LINE-3]]:5: note: without it, the loop takes its items as fast as it can
  }
}
// CHECK-REVIEW-LABEL: void fairBad(
// CHECK-REVIEW-NEXT:    for (int item : items) {
// CHECK-REVIEW-NEXT:      work(item);
// CHECK-REVIEW-NEXT:    }

void fairOk(const Items &items) {
  for (int item : items)
    work(item);
}

class Batch {
public:
  void run() {
    for (std::size_t i = 0; i != items_.size(); i++) {
      work(items_[i]);
      if (i % 16 == 0)
        heddle::sleep_for(std::chrono::microseconds(100));
        // CHECK-NOTES: :[[@LINE-1]]:9: warning: 'sleep_for' delays each item, though the task is preempted anyway
        // CHECK-NOTES: :[[@LINE-5]]:5: note: the items of this loop
        // CHECK-NOTES: :[[@LINE-3]]:9: note: without it, the loop takes its items as fast as it can
    }
  }

private:
  Items items_;
};

template <class T> void eachBad(const std::vector<T> &items) {
  auto visit = [](const T &item) {
    work(item);
    heddle::sleep_for(500us);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep_for' delays each item, though the task is preempted anyway
    // CHECK-NOTES: :[[@LINE+3]]:3: note: the items of this loop
    // CHECK-NOTES: :[[@LINE-3]]:5: note: without it, the loop takes its items as fast as it can
  };
  std::ranges::for_each(items, visit);
}
template void eachBad(const std::vector<int> &);
template void eachBad(const std::vector<short> &);

void threadSleepBad(heddle::Channel<int> &queue) {
  heddle::spawn([&queue] {
    for (int item : queue) {
      work(item);
      std::this_thread::sleep_for(200us);
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'sleep_for' delays each item, though the task is preempted anyway
      // CHECK-NOTES: :[[@LINE-4]]:5: note: the items of this loop
      // CHECK-NOTES: :[[@LINE-3]]:7: note: without it, the loop takes its items as fast as it can
    }
  });
}

// Through a function that does nothing else.
static void breathe() { heddle::sleep_for(1ms); }
// CHECK-NOTES: :[[@LINE-1]]:25: warning: 'sleep_for' delays each item, though the task is preempted anyway
// CHECK-NOTES: :[[@LINE+3]]:3: note: the items of this loop
// CHECK-NOTES: :[[@LINE-3]]:25: note: without it, the loop takes its items as fast as it can
void wrapperBad(Items items) {
  while (!items.empty()) {
    work(items.back());
    items.pop_back();
    breathe();
  }
}

#define NAP(d) heddle::sleep_for(d)
void macroBad(const Items &items) {
  for (int item : items) {
    work(item);
    NAP(1ms);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep_for' delays each item, though the task is preempted anyway
    // CHECK-NOTES: :[[@LINE-6]]:16: note: expanded from macro 'NAP'
    // CHECK-NOTES: :[[@LINE-5]]:3: note: the items of this loop
    // CHECK-NOTES: :[[@LINE-4]]:5: note: without it, the loop takes its items as fast as it can
    // CHECK-NOTES: :[[@LINE-9]]:16: note: expanded from macro 'NAP'
  }
}

template <class T> void dependentBad(const T &items) {
  for (const auto &item : items) {
    item.work();
    heddle::sleep_for(1ms);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep_for' delays each item, though the task is preempted anyway
    // CHECK-NOTES: :[[@LINE-4]]:3: note: the items of this loop
    // CHECK-NOTES: :[[@LINE-3]]:5: note: without it, the loop takes its items as fast as it can
  }
}

// Where the time is what matters.

void rhythmOk(const Items &items) {
  for (int item : items) {
    work(item);
    heddle::sleep_for(1ms);
    work(-item);
    heddle::sleep_for(1ms);
  }
}
void longOk(const Items &items) {
  for (int item : items) {
    work(item);
    heddle::sleep_for(20ms);
  }
}
void onceOk() {
  work(1);
  heddle::sleep_for(1ms);
}
void variableOk(const Items &items, heddle::Duration pause) {
  for (int item : items) {
    work(item);
    heddle::sleep_for(pause);
  }
}
class RateLimiter {
public:
  void takeOk(const Items &items) {
    for (int item : items) {
      work(item);
      heddle::sleep_for(1ms);
    }
  }
};
void throttleOk(const Items &items) {
  for (int item : items) {
    work(item);
    heddle::sleep_for(1ms);
  }
}
void pacedOk(const Items &items) {
  constexpr auto sample_interval = 1ms;
  for (int item : items) {
    work(item);
    heddle::sleep_for(sample_interval);
  }
}
bool retryOk(int item) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (tryWork(item))
      return true;
    heddle::sleep_for(1ms);
  }
  return false;
}
void onFailureOk(const Items &items) {
  for (int item : items)
    if (!tryWork(item))
      heddle::sleep_for(1ms);
}
void afterErrorOk(const Items &items) {
  for (int item : items) {
    try {
      work(item);
    } catch (...) {
      heddle::sleep_for(1ms);
    }
  }
}
void pollFlagOk() {
  while (!stop)
    heddle::sleep_for(1ms);
}
void pollDeviceOk() {
  while (!deviceReady())
    heddle::sleep_for(0s);
}
void untilStoppedOk() {
  while (!stop) {
    work(1);
    heddle::sleep_for(1ms);
  }
}
// A load of so many a second.
void loadOk(heddle::Channel<int> &queue) {
  for (int i = 0; i < 1000; ++i) {
    queue.send(i);
    heddle::sleep_for(1ms);
  }
}
void fewOk() {
  for (int i : {1, 2, 3}) {
    work(i);
    heddle::sleep_for(1ms);
  }
}
void threadOk(const Items &items) {
  std::thread([&items] {
    for (int item : items) {
      work(item);
      std::this_thread::sleep_for(1ms);
      std::this_thread::sleep_for(0s);
    }
  }).join();
}
void notTaskCodeOk(const Items &items) {
  for (int item : items) {
    work(item);
    std::this_thread::sleep_for(1ms);
  }
}

namespace testing {
class Test {};
} // namespace testing
class Fairness : public testing::Test {
  void body(const Items &items) {
    for (int item : items) {
      work(item);
      heddle::sleep_for(1ms);
    }
  }
};

// Not a sleep of a task.
struct Display {
  void sleep_for(std::chrono::milliseconds d);
};
void lookAlikeOk(Display &display, const Items &items) {
  for (int item : items) {
    work(item);
    display.sleep_for(1ms);
  }
}

void systemCallBad(const Items &items) {
  heddle::spawn([&items] {
    for (int item : items) {
      work(item);
      usleep(500);
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'usleep' delays each item, though the task is preempted anyway
      // CHECK-NOTES: :[[@LINE-4]]:5: note: the items of this loop
      // CHECK-NOTES: :[[@LINE-3]]:7: note: without it, the loop takes its items as fast as it can
    }
  });
}
// CHECK-REVIEW-LABEL: void systemCallBad(const Items &items) {
// CHECK-REVIEW-NEXT: {{^}}  heddle::spawn([&items] {
// CHECK-REVIEW-NEXT: {{^}}    for (int item : items) {
// CHECK-REVIEW-NEXT: {{^}}      work(item);
// CHECK-REVIEW-NEXT: {{^}}    }

void systemCallNoneBad(const Items &items) {
  heddle::spawn([&items] {
    for (int item : items) {
      work(item);
      usleep(0);
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'usleep' for no time at all lets nobody else run
    }
  });
}
// CHECK-FIXES-LABEL: void systemCallNoneBad(const Items &items) {
// CHECK-FIXES-NEXT: {{^}}  heddle::spawn([&items] {
// CHECK-FIXES-NEXT: {{^}}    for (int item : items) {
// CHECK-FIXES-NEXT: {{^}}      work(item);
// CHECK-FIXES-NEXT: {{^}}    }
