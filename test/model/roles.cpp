// RUN: %dump_facts --kind=roles --roles='mine::fetch=blocks;mine::Queue::take=receives, suspends' %s -- %runtime_flags | FileCheck %s --match-full-lines
// RUN: not %dump_facts --kind=roles --roles='mine::fetch=naps' %s -- %runtime_flags 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not %dump_facts --kind=roles --roles='mine::fetch' %s -- %runtime_flags 2>&1 | FileCheck %s --check-prefix=FORM
// UNKNOWN: 'naps' is not a role; roles are suspends, blocks, {{.*}}
// FORM: 'mine::fetch' is not of the form name=role,role
#include "heddle/heddle.h"

#include <algorithm>
#include <future>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <vector>

namespace mine {
void fetch();
template <class T> class Queue {
public:
  T take();
};
inline namespace v1 {
namespace {
HEDDLE_HOT void hidden();
}
} // namespace v1

class Base {
public:
  virtual ~Base() = default;
  HEDDLE_BLOCKS virtual void wait() = 0;
};
class Derived : public Base {
public:
  void wait() override;
};

HEDDLE_SUSPENDS void declaredTwice();
void declaredTwice();

template <class T> HEDDLE_SPAWNS void start(T);
} // namespace mine

// Names of C's, but of one's own.
namespace {
int poll(mine::Queue<int> &) { return 0; }
void pause(int rounds);
} // namespace
void wait(mine::Derived &derived) { derived.wait(); }

void roles(mine::Queue<int> &queue, mine::Derived &derived, std::vector<int> &items,
           std::future<int> &future) {
  mine::fetch();                // CHECK: [[@LINE]]: fetch blocks
  queue.take();                 // CHECK-NEXT: [[@LINE]]: Queue::take suspends receives
  mine::hidden();               // CHECK-NEXT: [[@LINE]]: hidden hot
  derived.wait();               // CHECK-NEXT: [[@LINE]]: Derived::wait blocks
  mine::declaredTwice();        // CHECK-NEXT: [[@LINE]]: declaredTwice suspends
  mine::start(1);               // CHECK-NEXT: [[@LINE]]: start spawns
  usleep(1);                    // CHECK-NEXT: [[@LINE]]: usleep blocks sleeps
  poll(queue);
  pause(3);
  wait(derived);
  std::ranges::for_each(items, [](int) {}); // CHECK-NEXT: [[@LINE]]: {{.*}}operator() calls_in_loop
  future.wait();                // CHECK-NEXT: [[@LINE]]: {{.*}}wait blocks joins
}
