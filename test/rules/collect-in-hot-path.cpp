// RUN: %check_rule %s collect-in-hot-path

#include "heddle/heddle.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using Items = std::vector<int>;

void work(int item);

void loopBad(const Items &items) {
  for (int item : items) {
    work(item);
    heddle::collect(); // free memory
  }
  // CHECK-NOTES: :[[@LINE-2]]:5: warning: 'collect' runs a full collection in a hot place [heddle-collect-in-hot-path]
  // CHECK-NOTES: :[[@LINE-5]]:3: note: repeated here
  // CHECK-NOTES: :[[@LINE-4]]:5: note: garbage is collected at the pace that set_collect_percent() sets
}
// CHECK-FIXES-LABEL: void loopBad(
// CHECK-FIXES-NEXT:    for (int item : items) {
// CHECK-FIXES-NEXT:      work(item);
// CHECK-FIXES-NEXT:    }

void onceAfterLoopOk(const Items &items) {
  for (int item : items)
    work(item);
  heddle::collect();
}

struct Request {};
struct Server {
  void handle(const char *path, std::function<void(const Request &)> handler)
      HEDDLE_REGISTERS_HANDLER;
};

void handlerBad(Server &server) {
  server.handle("/api", [](const Request &) {
    work(1);
    heddle::collect();
  });
  // CHECK-NOTES: :[[@LINE-2]]:5: warning: 'collect' runs a full collection in a hot place [heddle-collect-in-hot-path]
  // CHECK-NOTES: :[[@LINE-5]]:10: note: runs for each event of the handler registered here
  // CHECK-NOTES: :[[@LINE-4]]:5: note: garbage
}
// CHECK-FIXES-LABEL: void handlerBad(
// CHECK-FIXES:           work(1);
// CHECK-FIXES-NEXT:    });

void namedHandler(const Request &) {
  heddle::collect();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'collect' runs
  // CHECK-NOTES: :[[@LINE+4]]:10: note: runs for each event of the handler registered here
  // CHECK-NOTES: :[[@LINE-3]]:3: note: garbage
}
void namedHandlerBad(Server &server) {
  server.handle("/named", namedHandler);
}

void storedHandlerBad(Server &server) {
  auto handler = [](const Request &) { heddle::collect(); };
  // CHECK-NOTES: :[[@LINE-1]]:40: warning: 'collect' runs
  // CHECK-NOTES: :[[@LINE+3]]:10: note: runs for each event
  // CHECK-NOTES: :[[@LINE-3]]:40: note: garbage
  std::function<void(const Request &)> stored = handler;
  server.handle("/stored", stored);
}
// CHECK-FIXES-LABEL: void storedHandlerBad(
// CHECK-FIXES-NEXT:    auto handler = [](const Request &) {};

void receivingBad(heddle::Channel<int> &queue) {
  while (auto item = queue.receive()) {
    work(*item);
    heddle::collect();
  }
  // CHECK-NOTES: :[[@LINE-2]]:5: warning: 'collect' runs
  // CHECK-NOTES: :[[@LINE-5]]:3: note: repeated for each item received here
  // CHECK-NOTES: :[[@LINE-4]]:5: note: garbage
}

void poolBad() {
  heddle::WorkerPool<int> pool(4, 16, [](int job) {
    work(job);
    heddle::collect();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'collect' runs
    // CHECK-NOTES: :[[@LINE-4]]:27: note: runs for each event of the handler registered here
    // CHECK-NOTES: :[[@LINE-3]]:5: note: garbage
  });
  pool.submit(1);
}

HEDDLE_HOT void markedBad() {
  heddle::collect();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'collect' runs
  // CHECK-NOTES: :[[@LINE-3]]:17: note: marked as running often here
  // CHECK-NOTES: :[[@LINE-3]]:3: note: garbage
}

// A wrapper that others may call too is theirs to change.
void reclaim() {
  heddle::collect();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'collect' runs
  // CHECK-NOTES: :[[@LINE+8]]:3: note: repeated here
  // CHECK-NOTES: :[[@LINE+9]]:5: note: reached through this call
  // CHECK-NOTES: :[[@LINE+4]]:20: note: reached through this call
  // CHECK-NOTES: :[[@LINE-5]]:3: note: without it, callers in other places collect no longer either
  // CHECK-NOTES: :[[@LINE-6]]:3: note: garbage
}
void tidyUp(int) { reclaim(); }
void deepBad(int n) {
  for (int i = 0; i < n; ++i) {
    work(i);
    tidyUp(i);
  }
}
// CHECK-REVIEW-LABEL: void reclaim() {
// CHECK-REVIEW-NOT:     heddle::collect();
// CHECK-REVIEW:       void tidyUp

static void reclaimHere() { heddle::collect(); }
// CHECK-MESSAGES: :[[@LINE-1]]:29: warning: 'collect' runs
// CHECK-FIXES: static void reclaimHere() {}
void onlyHotBad(const Items &items) {
  for (int item : items) {
    work(item);
    reclaimHere();
  }
}
