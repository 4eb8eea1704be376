#include "heddle/detail/job_queue.h"

#include "sync/park.h"

namespace heddle::detail {

void JobQueueBase::rest() {
  Waiter self;
  self.task = current_task();
  self.next = last_resting_;
  last_resting_ = &self;
  park(WaitReason::pool, unlock_after_park, &lock_);
  lock_.lock();
  --resting_;
  called_ = false;
}

bool JobQueueBase::wait_for_room(void *job) {
  ChannelWaiter self;
  self.task = current_task();
  self.slot = job;
  submitters_.push_back(self);
  park(WaitReason::pool, unlock_after_park, &lock_);
  return self.served;
}

void JobQueueBase::close() noexcept {
  lock_.lock();
  closed_ = true;
  // They stay parked, and so in place, until they are made ready.
  Waiter *workers = std::exchange(last_resting_, nullptr);
  Waiter *refused = submitters_.pop_all();
  lock_.unlock();
  for (Waiter *list : {workers, refused})
    while (list)
      ready(std::exchange(list, list->next)->task);
}

std::size_t JobQueueBase::waiting() const noexcept {
  lock_.lock();
  const std::size_t waiting = stored_ > resting_ ? stored_ - resting_ : 0;
  lock_.unlock();
  return waiting;
}

} // namespace heddle::detail
