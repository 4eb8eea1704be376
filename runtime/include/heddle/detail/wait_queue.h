#pragma once

#include <utility>

namespace heddle::detail {

struct Task;

/// A task's place in a WaitQueue. Lives in the frame of the waiting call.
struct Waiter {
  Task *task = nullptr;
  Waiter *next = nullptr;
  Waiter *previous = nullptr;
  bool queued = false;
  /// Whether the wait ended with what it was for.
  bool served = false;
};

/// Waiting tasks, longest first. Guarded by a lock of its owner's.
class WaitQueue {
public:
  constexpr WaitQueue() noexcept = default;
  WaitQueue(const WaitQueue &) = delete;
  WaitQueue &operator=(const WaitQueue &) = delete;

  bool empty() const noexcept { return !first_; }

  void push_back(Waiter &waiter) noexcept {
    waiter.queued = true;
    waiter.next = nullptr;
    waiter.previous = last_;
    if (last_) [[unlikely]]
      last_->next = &waiter;
    else
      first_ = &waiter;
    last_ = &waiter;
  }

  void push_front(Waiter &waiter) noexcept {
    waiter.queued = true;
    waiter.next = first_;
    waiter.previous = nullptr;
    (first_ ? first_->previous : last_) = &waiter;
    first_ = &waiter;
  }

  Waiter *front() const noexcept { return first_; }

  Waiter *pop_front() noexcept {
    Waiter *waiter = first_;
    if (!waiter)
      return nullptr;
    waiter->queued = false;
    first_ = waiter->next;
    if (first_) [[unlikely]]
      first_->previous = nullptr;
    else
      last_ = nullptr;
    return waiter;
  }

  /// Empties the queue; gives the first, from which `next` leads to the others.
  Waiter *pop_all() noexcept {
    last_ = nullptr;
    return std::exchange(first_, nullptr);
  }

  void remove(Waiter &waiter) noexcept {
    waiter.queued = false;
    (waiter.previous ? waiter.previous->next : first_) = waiter.next;
    (waiter.next ? waiter.next->previous : last_) = waiter.previous;
  }

private:
  Waiter *first_ = nullptr;
  Waiter *last_ = nullptr;
};

} // namespace heddle::detail
