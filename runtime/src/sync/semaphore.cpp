#include "heddle/semaphore.h"

#include "sync/park.h"
#include "sync/timed_wait.h"

namespace heddle {

void Semaphore::acquire() {
  lock_.lock();
  if (free_ > 0) {
    --free_;
    lock_.unlock();
    return;
  }
  detail::Waiter self;
  self.task = detail::current_task();
  queue_.push_back(self);
  detail::park(detail::WaitReason::semaphore, detail::unlock_after_park,
               &lock_);
}

bool Semaphore::try_acquire() noexcept {
  lock_.lock();
  const bool taken = free_ > 0;
  free_ -= taken;
  lock_.unlock();
  return taken;
}

bool Semaphore::try_acquire_for(Duration d) {
  lock_.lock();
  if (free_ > 0) {
    --free_;
    lock_.unlock();
    return true;
  }
  return detail::wait_until(lock_, queue_, detail::deadline_after(d),
                            detail::WaitReason::semaphore);
}

void Semaphore::release(std::size_t slots) noexcept {
  detail::WakeList wakes;
  lock_.lock();
  for (; slots > 0 && !queue_.empty(); --slots)
    wakes.serve(*queue_.pop_front());
  free_ += slots;
  lock_.unlock();
  wakes.wake();
}

std::size_t Semaphore::available() const noexcept {
  lock_.lock();
  const std::size_t free = free_;
  lock_.unlock();
  return free;
}

} // namespace heddle
