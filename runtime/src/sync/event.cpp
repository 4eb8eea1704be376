#include "heddle/event.h"

#include "sync/cancellable_wait.h"
#include "sync/park.h"
#include "sync/timed_wait.h"

namespace heddle {

void Event::set() noexcept {
  detail::WakeList wakes;
  lock_.lock();
  set_.store(true, std::memory_order_release);
  while (detail::Waiter *first = queue_.pop_front())
    wakes.serve(*first);
  lock_.unlock();
  wakes.wake();
}

void Event::reset() noexcept {
  lock_.lock();
  set_.store(false, std::memory_order_relaxed);
  lock_.unlock();
}

// Under the lock even if the event is set: set() may be about to unlock it, and
// the caller about to destroy it.
void Event::wait() {
  lock_.lock();
  if (set_.load(std::memory_order_relaxed))
    return lock_.unlock();
  detail::Waiter self;
  self.task = detail::current_task();
  queue_.push_back(self);
  detail::park(detail::WaitReason::event, detail::unlock_after_park, &lock_);
}

bool Event::wait_for(Duration d) {
  lock_.lock();
  if (set_.load(std::memory_order_relaxed)) {
    lock_.unlock();
    return true;
  }
  return detail::wait_until(lock_, queue_, detail::deadline_after(d),
                            detail::WaitReason::event);
}

bool Event::wait(const Context &context) {
  return detail::wait_with(
      context, lock_, queue_, detail::WaitReason::event,
      [this] { return set_.load(std::memory_order_relaxed); });
}

} // namespace heddle
