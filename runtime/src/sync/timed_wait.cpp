#include "sync/timed_wait.h"

#include "heddle/detail/timer_node.h"

namespace heddle::detail {
namespace {

void give_up(TimerNode &node) noexcept;

struct TimedWaiter : Waiter {
  TimedWaiter(SpinLock &lock, WaitQueue &queue, TimePoint deadline) noexcept
      : lock(lock), queue(queue), deadline(deadline), timer(give_up, this) {}

  SpinLock &lock;
  WaitQueue &queue;
  TimePoint deadline;
  TimerNode timer;
};

// Whoever takes the waiter out of the queue, under its lock, wakes it.
void give_up(TimerNode &node) noexcept {
  auto &self = *static_cast<TimedWaiter *>(node.arg);
  self.lock.lock();
  const bool mine = self.queued;
  if (mine)
    self.queue.remove(self);
  self.lock.unlock();
  if (mine)
    ready(self.task);
}

} // namespace

bool wait_until(SpinLock &lock, WaitQueue &queue, TimePoint deadline,
                WaitReason reason) {
  TimedWaiter self(lock, queue, deadline);
  self.task = current_task();
  queue.push_back(self);
  park(
      reason,
      [](Task *, void *arg) noexcept {
        auto &waiter = *static_cast<TimedWaiter *>(arg);
        // Armed before the unlock: after it the frame may be gone.
        timer_arm(waiter.timer, waiter.deadline);
        waiter.lock.unlock();
        return true;
      },
      &self);
  // Also when it was the timer that woke us: its callback may still be running.
  timer_cancel(self.timer);
  return self.served;
}

} // namespace heddle::detail
