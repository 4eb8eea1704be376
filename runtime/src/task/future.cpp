#include "heddle/detail/future_state.h"

#include "heddle/detail/task.h"
#include "heddle/detail/timer_node.h"
#include "sched/pause.h"
#include "task/waiting.h"

namespace heddle::detail {

// Release: what the task did is there for whoever sees `done`.
void FutureBase::finish() noexcept {
  std::uintptr_t waiter = waiter_.exchange(done, std::memory_order_acq_rel);
  if (waiter != nobody)
    ready_next(reinterpret_cast<Task *>(waiter));
}

namespace {

bool wait_at(Task *self, void *word) noexcept {
  auto &waiter = *static_cast<std::atomic<std::uintptr_t> *>(word);
  std::uintptr_t nobody = 0;
  return waiter.compare_exchange_strong(
      nobody, reinterpret_cast<std::uintptr_t>(self), std::memory_order_release,
      std::memory_order_relaxed);
}

} // namespace

void FutureBase::wait() {
  run_children(this, [this] { return ready(); });
  if (!ready())
    park(WaitReason::future, wait_at, &waiter_);
}

namespace {

struct TimedWait {
  std::atomic<std::uintptr_t> &word;
  Task *const self;
  const TimePoint deadline;
  TimerNode timer{expire, this};

  static void expire(TimerNode &node) noexcept {
    auto &wait = *static_cast<TimedWait *>(node.arg);
    Task *task = wait.self;
    std::uintptr_t seen = wait.word.load(std::memory_order_relaxed);
    // The timer is armed just before the task's address is published: after
    // that, the wait may be over and gone.
    while (seen == 0) {
      cpu_pause();
      seen = wait.word.load(std::memory_order_relaxed);
    }
    if (seen == reinterpret_cast<std::uintptr_t>(task) &&
        wait.word.compare_exchange_strong(seen, 0, std::memory_order_acq_rel))
      ready(task);
  }

  static bool publish(Task *self, void *arg) noexcept {
    auto &wait = *static_cast<TimedWait *>(arg);
    timer_arm(wait.timer, wait.deadline);
    return wait_at(self, &wait.word);
  }
};

} // namespace

bool FutureBase::wait_until(TimePoint deadline) {
  if (!ready()) {
    TimedWait wait{waiter_, current_task(), deadline};
    park(WaitReason::future, TimedWait::publish, &wait);
    timer_cancel(wait.timer);
  }
  return ready();
}

} // namespace heddle::detail
