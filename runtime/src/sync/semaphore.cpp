#include "heddle/semaphore.h"

#include "sync/cancellable_wait.h"
#include "sync/park.h"
#include "sync/timed_wait.h"

namespace heddle {

void Semaphore::State::acquire() {
  lock.lock();
  if (free > 0) {
    --free;
    lock.unlock();
    return;
  }
  detail::Waiter self;
  self.task = detail::current_task();
  queue.push_back(self);
  detail::park(detail::WaitReason::semaphore, detail::unlock_after_park, &lock);
}

bool Semaphore::try_acquire() noexcept {
  state_->lock.lock();
  const bool taken = state_->free > 0;
  state_->free -= taken;
  state_->lock.unlock();
  return taken;
}

bool Semaphore::try_acquire_for(Duration d) {
  state_->lock.lock();
  if (state_->free > 0) {
    --state_->free;
    state_->lock.unlock();
    return true;
  }
  return detail::wait_until(state_->lock, state_->queue,
                            detail::deadline_after(d),
                            detail::WaitReason::semaphore);
}

bool Semaphore::acquire(const Context &context) {
  return detail::wait_with(context, state_->lock, state_->queue,
                           detail::WaitReason::semaphore, [this] {
                             const bool taken = state_->free > 0;
                             state_->free -= taken;
                             return taken;
                           });
}

void Semaphore::State::release(std::size_t slots) noexcept {
  detail::WakeList wakes;
  lock.lock();
  for (; slots > 0 && !queue.empty(); --slots)
    wakes.serve(*queue.pop_front());
  free += slots;
  lock.unlock();
  wakes.wake();
}

std::size_t Semaphore::available() const noexcept {
  state_->lock.lock();
  const std::size_t free = state_->free;
  state_->lock.unlock();
  return free;
}

} // namespace heddle
