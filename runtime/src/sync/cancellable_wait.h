#pragma once

#include "context/hook.h"
#include "heddle/detail/wait_queue.h"
#include "sync/park.h"

namespace heddle::detail {

/// A waiter that leaves its queue when a context ends.
///
/// The context's lock is taken before the queue's, never after. So the waiter
/// watches the context before it locks the queue, and may find there that the
/// end came in between.
struct CancellableWaiter : Waiter {
  CancellableWaiter(SpinLock &lock, WaitQueue &queue) noexcept
      : lock(lock), queue(queue) {}

  static void give_up(ContextHook &hook) noexcept {
    auto &self = *static_cast<CancellableWaiter *>(hook.arg);
    self.lock.lock();
    const bool mine = self.queued;
    if (mine)
      self.queue.remove(self);
    self.ended = true;
    self.lock.unlock();
    // The frame stays until the context's lock, which is held, is free.
    if (mine)
      ready(self.task);
  }

  SpinLock &lock;
  WaitQueue &queue;
  bool ended = false; // guarded by lock
  ContextHook hook{give_up, this};
};

/// Parks the caller at the end of `queue`, guarded by `lock`, which the caller
/// does not hold, unless `satisfied()`, which is called with it held. Returns
/// whether it was satisfied or served, before `context` ended.
template <class Satisfied>
bool wait_with(const Context &context, SpinLock &lock, WaitQueue &queue,
               WaitReason reason, Satisfied &&satisfied) HEDDLE_SUSPENDS {
  CancellableWaiter self(lock, queue);
  if (!watch(context, self.hook))
    return false;
  lock.lock();
  bool served = satisfied();
  if (served || self.ended) {
    lock.unlock();
  } else {
    self.task = current_task();
    queue.push_back(self);
    park(reason, unlock_after_park, &lock);
    served = self.served;
  }
  unwatch(context, self.hook);
  return served;
}

} // namespace heddle::detail
