// RUN: %check_rule %s collect-in-hot-path

#include "heddle/heddle.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <ranges>
#include <vector>

using Items = std::vector<int>;
using namespace std::chrono_literals;

void work(int item);
bool more();

void forBad(int n) {
  for (int i = 0; i != n; ++i) {
    work(i);
    heddle::collect();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'collect' runs a full collection
  }
}
// CHECK-FIXES-LABEL: void forBad(
// CHECK-FIXES:           work(i);
// CHECK-FIXES-NEXT:    }

void doBad() {
  do {
    work(1);
    heddle::collect();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'collect' runs
  } while (more());
}

void branchBad(const Items &items) {
  for (int item : items) {
    work(item);
    if (item % 2 == 0)
      heddle::collect();
      // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: 'collect' runs
    work(item);
    if (item % 3 == 0) {
      heddle::collect();
      // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: 'collect' runs
    }
    work(item);
    if (more())
      heddle::collect();
      // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: 'collect' runs
  }
}
// CHECK-FIXES-LABEL: void branchBad(
// CHECK-FIXES-NEXT:    for (int item : items) {
// CHECK-FIXES-NEXT:      work(item);
// CHECK-FIXES-NOT:       %
// CHECK-FIXES:           if (more())
// CHECK-FIXES-NEXT:        heddle::collect();

void algorithmBad(const Items &items) {
  std::for_each(items.begin(), items.end(), [](int item) {
    work(item);
    heddle::collect();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'collect' runs
  });
  std::ranges::for_each(items, [](int item) {
    work(item);
    heddle::collect();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'collect' runs
  });
  heddle::parallel_for(items, [](int item) {
    work(item);
    heddle::collect();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'collect' runs
  });
}

template <class F> void eachOf(const Items &items, F f) {
  for (int item : items)
    f(item);
}
void ownAlgorithmBad(const Items &items) {
  eachOf(items, [](int item) {
    work(item);
    heddle::collect();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'collect' runs
  });
}

void eachOfErased(const Items &items, const std::function<void(int)> &f) {
  for (int item : items)
    f(item);
}
void erasedAlgorithmBad(const Items &items) {
  eachOfErased(items, [](int item) {
    work(item);
    heddle::collect();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'collect' runs
  });
}

namespace runtime = heddle;
using heddle::collect;
void aliasBad(const Items &items) {
  for (int item : items) {
    work(item);
    runtime::collect();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'collect' runs
    work(item);
    collect();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'collect' runs
  }
}
// CHECK-FIXES-LABEL: void aliasBad(
// CHECK-FIXES-NEXT:    for (int item : items) {
// CHECK-FIXES-NEXT:      work(item);
// CHECK-FIXES-NOT:       collect()
// CHECK-FIXES:         }

void spawnedBad(const Items &items) {
  for (int item : items)
    heddle::spawn([item] {
      work(item);
      heddle::collect();
      // CHECK-MESSAGES: :[[@LINE-1]]:7: warning: 'collect' runs
    });
}

class Service {
public:
  void run() {
    while (more())
      step();
  }

private:
  void step() {
    work(1);
    heddle::collect();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'collect' runs
  }
};
// Other code may call step(): not for --fix.
// CHECK-FIXES-LABEL: class Service {
// CHECK-FIXES:         void step() {
// CHECK-FIXES-NEXT:      work(1);
// CHECK-FIXES-NEXT:      heddle::collect();
// CHECK-REVIEW-LABEL: class Service {
// CHECK-REVIEW:         void step() {
// CHECK-REVIEW-NEXT:      work(1);
// CHECK-REVIEW-NOT:       heddle::collect();
// CHECK-REVIEW:         };

template <class T> void inTemplateBad(const T &items) {
  for (auto item : items) {
    work(item);
    heddle::collect();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'collect' runs
  }
}
template void inTemplateBad(const Items &);
template void inTemplateBad(const std::array<int, 100> &);

HEDDLE_COLLECTS void ownCollect();
void annotatedBad(const Items &items) {
  for (int item : items) {
    work(item);
    ownCollect();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'ownCollect' runs
  }
}

#define COLLECT_NOW() heddle::collect()
void macroBad(const Items &items) {
  for (int item : items) {
    work(item);
    COLLECT_NOW();
    // CHECK-MESSAGES: :[[@LINE-1]]:5: warning: 'collect' runs
  }
}
// CHECK-FIXES-LABEL: void macroBad(
// CHECK-FIXES:           COLLECT_NOW();

// A literal trip count of 8 or fewer is no loop.
void fewOk() {
  for (int phase = 0; phase < 3; ++phase) {
    work(phase);
    heddle::collect();
  }
  for (int phase : {1, 2, 3}) {
    work(phase);
    heddle::collect();
  }
}

void pacedOk() {
  for (;;) {
    work(1);
    heddle::collect();
    heddle::sleep_for(10s);
  }
}

void notCalledOk() { heddle::collect(); }

struct Collector {
  void collect();
};
void otherCollectOk(Collector &collector, const Items &items) {
  for (int item : items) {
    work(item);
    collector.collect();
  }
}

namespace testing {
class Test {};
} // namespace testing
namespace benchmark {
class State {
public:
  bool KeepRunning();
};
} // namespace benchmark

class CollectorTest : public testing::Test {
  void bodyOk(int n) {
    for (int i = 0; i < n; ++i)
      heddle::collect();
  }
};

void benchmarkOk(benchmark::State &state) {
  while (state.KeepRunning())
    heddle::collect();
}

int main() {
  return heddle::run([] {
    work(1);
    heddle::collect();
    return 0;
  });
}
