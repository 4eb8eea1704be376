#include "heddle/condition.h"

#include "sync/cancellable_wait.h"
#include "sync/park.h"
#include "sync/timed_wait.h"

namespace heddle {

// The waiter is queued before the mutex is released, so that no notification
// that follows a change of the state can miss it.
void ConditionVariable::wait(std::unique_lock<Mutex> &lock) {
  detail::Waiter self;
  self.task = detail::current_task();
  lock_.lock();
  queue_.push_back(self);
  lock.unlock();
  detail::park(detail::WaitReason::condition, detail::unlock_after_park,
               &lock_);
  lock.lock();
}

std::cv_status ConditionVariable::wait_until(std::unique_lock<Mutex> &lock,
                                             TimePoint deadline) {
  lock_.lock();
  lock.unlock();
  const bool served = detail::wait_until(lock_, queue_, deadline,
                                         detail::WaitReason::condition);
  lock.lock();
  return served ? std::cv_status::no_timeout : std::cv_status::timeout;
}

bool ConditionVariable::wait(const Context &context,
                             std::unique_lock<Mutex> &lock) {
  const bool notified = detail::wait_with(
      context, lock_, queue_, detail::WaitReason::condition, [&lock] {
        lock.unlock();
        return false;
      });
  if (!lock.owns_lock())
    lock.lock();
  return notified;
}

void ConditionVariable::notify_one() noexcept {
  detail::WakeList wakes;
  lock_.lock();
  if (detail::Waiter *first = queue_.pop_front())
    wakes.serve(*first);
  lock_.unlock();
  wakes.wake();
}

void ConditionVariable::notify_all() noexcept {
  detail::WakeList wakes;
  lock_.lock();
  while (detail::Waiter *first = queue_.pop_front())
    wakes.serve(*first);
  lock_.unlock();
  wakes.wake();
}

} // namespace heddle
