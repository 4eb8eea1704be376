// Of two checks that could report one fault, the more specific one does; one
// that is turned off silences nobody.
// RUN: %clang_tidy --checks='-*,heddle-*' --quiet %s -- %runtime_flags 2>/dev/null | FileCheck %s --implicit-check-not=warning:
// RUN: %clang_tidy --checks='-*,heddle-*,-heddle-unbounded-blocking-spawn,-heddle-spawn-then-wait,-heddle-fork-join-per-task,-heddle-map-kind-mismatch' --quiet %s -- %runtime_flags 2>/dev/null | FileCheck %s --check-prefix=WITHOUT --implicit-check-not=warning:

#include "heddle/heddle.h"

#include <functional>
#include <map>
#include <mutex>
#include <vector>

void load(int item) HEDDLE_BLOCKS;
int compute(int item);
void serve(std::function<int(int)> f) HEDDLE_REGISTERS_HANDLER;

void blocking(const std::vector<int> &items) {
  for (int item : items)
    heddle::spawn([item] { heddle::blocking([item] { load(item); }); });
  // CHECK: :[[@LINE-1]]:5: warning: {{.*}} [heddle-unbounded-blocking-spawn]
  // WITHOUT: :[[@LINE-2]]:5: warning: {{.*}} [heddle-spawn-in-loop]
}

HEDDLE_HOT int tiny(int x) {
  return heddle::async([x] { return x * x; }).get();
  // CHECK: :[[@LINE-1]]:10: warning: {{.*}} [heddle-spawn-then-wait]
  // WITHOUT: :[[@LINE-2]]:10: warning: {{.*}} [heddle-tiny-task]
}

struct Server {
  // Told of where it is, not in each loop that closes servers.
  void close() { heddle::spawn([] { compute(0); }); }
  // CHECK: :[[@LINE-1]]:18: warning: {{.*}} [heddle-spawn-in-shutdown]
  // WITHOUT: :[[@LINE-2]]:18: warning: {{.*}} [heddle-spawn-in-shutdown]
};

void closeAll(std::vector<Server> &servers) {
  for (Server &server : servers)
    server.close();
}

void handlers() {
  serve([](int x) {
    int a = 0, b = 0;
    heddle::WaitGroup group;
    group.spawn([&] { a = compute(x); });
    group.spawn([&] { b = compute(x + 1); });
    group.wait();
    return a + b;
  });
  // CHECK: :[[@LINE-5]]:5: warning: {{.*}} [heddle-fork-join-per-task]
}

class Known {
public:
  void add(int item) {
    std::lock_guard lock(mutex_);
    items_[item] = true;
  }
  bool has(int item) {
    std::lock_guard lock(mutex_);
    return items_.contains(item);
  }

private:
  heddle::Mutex mutex_;
  std::map<int, bool> items_;
};

void lookUp(const std::vector<int> &items) {
  Known known;
  known.add(1);
  heddle::parallel_for(items, [&](int item) { known.has(item); });
}
// CHECK: :[[@LINE-9]]:17: warning: {{.*}} [heddle-map-kind-mismatch]
// WITHOUT: :[[@LINE-10]]:17: warning: {{.*}} [heddle-contended-map]
