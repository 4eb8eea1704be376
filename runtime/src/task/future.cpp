#include "heddle/detail/future_state.h"

#include "context/hook.h"
#include "heddle/detail/task.h"
#include "heddle/detail/timer_node.h"
#include "sched/pause.h"
#include "task/waiting.h"

#include <cstdio>
#include <cstdlib>

namespace heddle::detail {

// Release: what the task did is there for whoever sees `done`.
void FutureBase::finish() noexcept {
  std::uintptr_t waiter = waiter_.exchange(done, std::memory_order_acq_rel);
  if (waiter != nobody)
    ready_next(reinterpret_cast<Task *>(waiter));
}

// False: the result is there.
bool FutureBase::enlist(Task *self, void *future) noexcept {
  std::uintptr_t found = nobody;
  // Acquire: the caller may take the result without another look.
  if (static_cast<FutureBase *>(future)->waiter_.compare_exchange_strong(
          found, reinterpret_cast<std::uintptr_t>(self),
          std::memory_order_release, std::memory_order_acquire))
    return true;
  if (found != done) {
    std::fputs("heddle: two tasks wait for one future\n", stderr);
    std::abort();
  }
  return false;
}

void FutureBase::wait() {
  run_children(this, [this] { return ready(); });
  if (!ready())
    park(WaitReason::future, enlist, this);
}

// A wait that a timer or a context may end.
struct FutureBase::LimitedWait {
  FutureBase &future;
  Task *const self;

  void give_up() noexcept {
    Task *task = self;
    std::atomic<std::uintptr_t> &word = future.waiter_;
    std::uintptr_t seen = word.load(std::memory_order_relaxed);
    // Whatever calls this is set up just before the task's address is
    // published: after that, the wait may be over and gone.
    while (seen == nobody) {
      cpu_pause();
      seen = word.load(std::memory_order_relaxed);
    }
    if (seen == reinterpret_cast<std::uintptr_t>(task) &&
        word.compare_exchange_strong(seen, nobody, std::memory_order_acq_rel))
      detail::ready(task);
  }
};

struct FutureBase::TimedWait : LimitedWait {
  const TimePoint deadline;
  TimerNode timer{[](TimerNode &node) noexcept {
                    static_cast<TimedWait *>(node.arg)->give_up();
                  },
                  this};

  static bool publish(Task *self, void *arg) noexcept {
    auto &wait = *static_cast<TimedWait *>(arg);
    timer_arm(wait.timer, wait.deadline);
    return enlist(self, &wait.future);
  }
};

bool FutureBase::wait_until(TimePoint deadline) {
  if (!ready()) {
    TimedWait wait{{*this, current_task()}, deadline};
    park(WaitReason::future, TimedWait::publish, &wait);
    timer_cancel(wait.timer);
  }
  return ready();
}

struct FutureBase::CancellableWait : LimitedWait {
  const Context &context;
  bool watched = false;
  ContextHook hook{[](ContextHook &hook) noexcept {
                     static_cast<CancellableWait *>(hook.arg)->give_up();
                   },
                   this};

  static bool publish(Task *self, void *arg) noexcept {
    auto &wait = *static_cast<CancellableWait *>(arg);
    wait.watched = watch(wait.context, wait.hook);
    return wait.watched && enlist(self, &wait.future);
  }
};

bool FutureBase::wait(const Context &context) {
  if (context.cancelled())
    return false;
  if (!ready()) {
    CancellableWait wait{{*this, current_task()}, context};
    park(WaitReason::future, CancellableWait::publish, &wait);
    if (wait.watched)
      unwatch(context, wait.hook);
  }
  return ready();
}

} // namespace heddle::detail
