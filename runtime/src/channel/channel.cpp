#include "heddle/detail/channel_base.h"

#include "sync/park.h"

namespace heddle::detail {

bool ChannelBase::wait(WaitQueue &queue, void *slot, WaitReason reason) {
  ChannelWaiter self;
  self.task = current_task();
  self.slot = slot;
  queue.push_back(self);
  park(reason, unlock_after_park, &lock_);
  return self.served;
}

void ChannelBase::close() noexcept {
  // Claimed waiters stay parked, and so in place, until they are made ready.
  Waiter *claimed = nullptr;
  Waiter **end = &claimed;
  lock_.lock();
  closed_ = true;
  for (WaitQueue *queue : {&receivers_, &senders_})
    while (Waiter *waiter = claim_first(*queue)) {
      *end = waiter;
      end = &waiter->next;
    }
  *end = nullptr;
  lock_.unlock();
  while (Waiter *waiter = claimed) {
    claimed = waiter->next;
    ready(waiter->task);
  }
}

bool ChannelBase::is_closed() const noexcept {
  lock_.lock();
  const bool closed = closed_;
  lock_.unlock();
  return closed;
}

std::size_t ChannelBase::size() const noexcept {
  lock_.lock();
  const std::size_t size = size_;
  lock_.unlock();
  return size;
}

} // namespace heddle::detail
