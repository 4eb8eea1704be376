#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/task.h"
#include "heddle/detail/wait_queue.h"
#include "heddle/time.h"

namespace heddle::detail {

/// Waiters taken out of a queue under its lock, to be woken once it is free.
///
/// A task that waits with a deadline cannot go on before it is woken from here:
/// its timer finds it out of the queue and leaves it alone.
class WakeList {
public:
  void serve(Waiter &waiter) noexcept {
    waiter.served = true;
    waiter.next = nullptr;
    (last_ ? last_->next : first_) = &waiter;
    last_ = &waiter;
  }

  /// Wakes them, first in, first out. Each is gone the moment it is ready. One
  /// alone was handed something, and runs next.
  void wake() noexcept {
    if (first_ && first_ == last_)
      return ready_next(first_->task);
    while (Waiter *waiter = first_) {
      first_ = waiter->next;
      ready(waiter->task);
    }
  }

private:
  Waiter *first_ = nullptr;
  Waiter *last_ = nullptr;
};

/// Parks the caller at the end of `queue`, guarded by `lock`, which the caller
/// holds and which is released. Returns whether it was served before
/// `deadline`.
bool wait_until(SpinLock &lock, WaitQueue &queue, TimePoint deadline,
                WaitReason reason) HEDDLE_SUSPENDS;

} // namespace heddle::detail
