// RUN: %check_rule %s redundant-yield

#include "heddle/heddle.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include <sched.h>

using Items = std::vector<long>;

void work(long item);

long sumBad(const Items &items) {
  long total = 0;
  for (long item : items) {
    total += item;
    heddle::yield(); // polite
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'yield' in a loop whose task is preempted anyway [heddle-redundant-yield]
    // CHECK-NOTES: :[[@LINE-4]]:3: note: repeated here
  }
  return total;
}
// CHECK-FIXES-LABEL: long sumBad(
// CHECK-FIXES:       for (long item : items) {
// CHECK-FIXES-NEXT:    total += item;
// CHECK-FIXES-NEXT:  }

long sumOk(const Items &items) {
  long total = 0;
  for (long item : items)
    total += item;
  return total;
}

void countedBad() {
  for (int i = 0; i < 1'000'000'000; ++i) {
    work(i);
    heddle::yield();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'yield' in a loop whose task is preempted anyway
    // CHECK-NOTES: :[[@LINE-4]]:3: note: repeated here
  }
}

// Once in so many rounds is as needless.
void everySoManyBad(int n) {
  for (int i = 0; i < n; ++i) {
    work(i);
    if (i % 1024 == 0)
      heddle::yield();
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'yield' in a loop whose task is preempted anyway
      // CHECK-NOTES: :[[@LINE-5]]:3: note: repeated here
  }
}
// CHECK-FIXES-LABEL: void everySoManyBad(
// CHECK-FIXES-NEXT:    for (int i = 0; i < n; ++i) {
// CHECK-FIXES-NEXT:      work(i);
// CHECK-FIXES-NEXT:    }

void countdownBad(int n) {
  do {
    work(n);
    heddle::yield();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'yield' in a loop whose task is preempted anyway
    // CHECK-NOTES: :[[@LINE-4]]:3: note: repeated here
  } while (--n);
}

void receivingBad(heddle::Channel<long> &queue) {
  while (auto item = queue.receive()) {
    work(*item);
    heddle::yield();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'yield' in a loop whose task is preempted anyway
    // CHECK-NOTES: :[[@LINE-4]]:3: note: repeated for each item received here
  }
}

template <class T> class Stack {
public:
  void drainBad() {
    while (!items_.empty()) {
      work(items_.back());
      items_.pop_back();
      heddle::yield();
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'yield' in a loop whose task is preempted anyway
      // CHECK-NOTES: :[[@LINE-5]]:5: note: repeated here
    }
  }

private:
  std::vector<T> items_;
};
template class Stack<int>;
template class Stack<long>;

void algorithmBad(const Items &items) {
  auto visit = [](long item) {
    work(item);
    heddle::yield();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'yield' in a loop whose task is preempted anyway
    // CHECK-NOTES: :[[@LINE+2]]:3: note: repeated here
  };
  std::for_each(items.begin(), items.end(), visit);
}

// Through two calls, one in a lambda that is stored.
namespace fair {
using heddle::yield;
void breathe() {
  yield();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'yield' in a loop whose task is preempted anyway
  // CHECK-NOTES: :[[@LINE+8]]:3: note: repeated here
  // CHECK-NOTES: :[[@LINE+9]]:5: note: reached through this call
  // CHECK-NOTES: :[[@LINE+5]]:22: note: reached through this call
  // CHECK-NOTES: :[[@LINE-5]]:3: note: without it, other callers give way no longer either
}
} // namespace fair
void wrapperBad(const Items &items) {
  auto polite = [] { fair::breathe(); };
  for (auto item : items) {
    work(item);
    polite();
  }
}
// CHECK-REVIEW-LABEL: void breathe() {
// CHECK-REVIEW-NEXT: }
// CHECK-REVIEW-NEXT: } // namespace fair

void threadSliceBad(const Items &items) {
  heddle::spawn([&items] {
    for (long item : items) {
      work(item);
      std::this_thread::yield();
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'yield' in a loop whose task is preempted anyway
      // CHECK-NOTES: :[[@LINE-4]]:5: note: repeated here
      work(-item);
      sched_yield();
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'sched_yield' in a loop whose task is preempted anyway
      // CHECK-NOTES: :[[@LINE-8]]:5: note: repeated here
    }
  });
}

// The call is used for more than itself: no fix.
void macroBad(const Items &items) {
#define BE_POLITE heddle::yield()
  for (long item : items) {
    work(item);
    BE_POLITE;
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'yield' in a loop whose task is preempted anyway
    // CHECK-NOTES: :[[@LINE-5]]:19: note: expanded from macro 'BE_POLITE'
    // CHECK-NOTES: :[[@LINE-5]]:3: note: repeated here
  }
}
void sideEffectBad(int n) {
  int turns = 0;
  for (int i = 0; i < n; ++i) {
    work(i);
    if (++turns % 100 == 0)
      heddle::yield();
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'yield' in a loop whose task is preempted anyway
      // CHECK-NOTES: :[[@LINE-5]]:3: note: repeated here
  }
  work(turns);
}
// CHECK-FIXES-LABEL: void sideEffectBad(
// CHECK-FIXES:         if (++turns % 100 == 0)
// CHECK-FIXES-NEXT:      heddle::yield();

template <class T> void dependentBad(const std::vector<T> &items) {
  for (const T &item : items) {
    item.work();
    heddle::yield();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'yield' in a loop whose task is preempted anyway
    // CHECK-NOTES: :[[@LINE-4]]:3: note: repeated here
  }
}

// The count goes on: no fix.
void countedBlockBad(const Items &items) {
  int turns = 0;
  for (long item : items) {
    work(item);
    if (++turns % 100 == 0) {
      heddle::yield();
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'yield' in a loop whose task is preempted anyway
      // CHECK-NOTES: :[[@LINE-5]]:3: note: repeated here
    }
  }
}
// CHECK-FIXES-LABEL: void countedBlockBad(
// CHECK-FIXES:         if (++turns % 100 == 0) {
// CHECK-FIXES-NEXT:      heddle::yield();
