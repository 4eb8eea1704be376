#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/task.h"
#include "heddle/detail/wait_queue.h"
#include "heddle/time.h"

#include <cstddef>

namespace heddle {

/// A number of slots that tasks take and give back: bounds what goes on at
/// once.
///
/// Ordering: release() happens before the acquire() that takes the slot.
/// Fairness: first come, first served; release() gives the slot to the longest
/// waiter, and nobody overtakes it.
/// Lifetime: may be destroyed once nobody waits for it, also by the task that
/// took the last slot released.
class Semaphore {
public:
  explicit constexpr Semaphore(std::size_t slots) noexcept : free_(slots) {}
  Semaphore(const Semaphore &) = delete;
  Semaphore &operator=(const Semaphore &) = delete;

  /// Takes a slot, waiting until there is one for the caller.
  void acquire() HEDDLE_SUSPENDS HEDDLE_ACQUIRES_SLOT;

  /// Takes a slot if one is free and nobody waits for it; reports whether it
  /// did.
  [[nodiscard]] bool try_acquire() noexcept;

  /// Takes a slot, waiting at most `d`; reports whether it did.
  [[nodiscard]] bool try_acquire_for(Duration d) HEDDLE_SUSPENDS;

  /// Gives `slots` slots back. Any task may, not only one that took a slot.
  void release(std::size_t slots = 1) noexcept HEDDLE_RELEASES_SLOT;

  /// How many slots are free now: for metrics and tests, not for decisions.
  [[nodiscard]] std::size_t available() const noexcept;

private:
  mutable detail::SpinLock lock_;
  std::size_t free_;
  // Invariant: empty while free_ is not 0.
  detail::WaitQueue queue_;
};

/// Holds one slot of a Semaphore for the life of the guard.
class [[nodiscard]] SemaphoreGuard {
public:
  /// Takes a slot of `semaphore`, waiting until there is one.
  explicit SemaphoreGuard(Semaphore &semaphore)
      HEDDLE_SUSPENDS HEDDLE_ACQUIRES_SLOT : semaphore_(semaphore) {
    semaphore_.acquire();
  }
  ~SemaphoreGuard() HEDDLE_RELEASES_SLOT { semaphore_.release(); }
  SemaphoreGuard(const SemaphoreGuard &) = delete;
  SemaphoreGuard &operator=(const SemaphoreGuard &) = delete;

private:
  Semaphore &semaphore_;
};

} // namespace heddle
