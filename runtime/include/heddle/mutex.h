#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/task.h"
#include "heddle/detail/wait_queue.h"

#include <atomic>
#include <cstdint>

namespace heddle {

/// Mutual exclusion between tasks. Waiting parks the task, never its thread.
///
/// Ownership belongs to the task, so a Mutex may be held across a suspension
/// point and unlocked on another thread; a std::mutex may not. Works with
/// std::lock_guard, std::unique_lock and std::scoped_lock, and from plain OS
/// threads.
///
/// Requires: whoever unlocks it is the task that locked it, and no task locks
/// it twice. Clang's thread-safety analysis checks both where it is on; at run
/// time the second lock waits forever, which the runtime reports as a deadlock.
/// Ordering: unlock() happens before the lock() that succeeds next.
/// Fairness: the longest waiter is woken first. It may lose the mutex to a
/// running task once; the next unlock() then hands the mutex to it.
/// Cancellation: none; a critical section should be short.
/// Lifetime: may be destroyed once no task owns it or waits for it.
class HEDDLE_CAPABILITY("mutex") Mutex {
public:
  constexpr Mutex() noexcept = default;
  Mutex(const Mutex &) = delete;
  Mutex &operator=(const Mutex &) = delete;

  /// Returns once the calling task owns the mutex.
  void lock() HEDDLE_SUSPENDS HEDDLE_ACQUIRES() {
    if (!try_lock())
      lock_slowly();
  }

  /// Takes the mutex if that needs no waiting; reports whether it did.
  [[nodiscard]] bool try_lock() noexcept HEDDLE_TRY_ACQUIRES(true) {
    std::uint32_t seen = 0;
    return state_.compare_exchange_strong(seen, locked,
                                          std::memory_order_acquire,
                                          std::memory_order_relaxed) ||
           try_lock_contended(seen);
  }

  /// Lets the next task in.
  void unlock() noexcept HEDDLE_RELEASES() {
    std::uint32_t uncontended = locked;
    if (!state_.compare_exchange_strong(uncontended, 0,
                                        std::memory_order_release,
                                        std::memory_order_relaxed))
      unlock_slowly();
  }

private:
  void lock_slowly();
  void unlock_slowly() noexcept;
  bool try_lock_contended(std::uint32_t seen) noexcept;

  //   0                  free, nobody waits
  //   locked             owned, nobody waits
  //   locked | waiters   owned, the queue is not empty
  //   waiters            free, the queue is not empty
  // `locked` is set by whoever takes the mutex and cleared by its owner;
  // `waiters` changes only under queue_lock_.
  static constexpr std::uint32_t locked = 1;
  static constexpr std::uint32_t waiters = 2;

  std::atomic<std::uint32_t> state_{0};
  detail::SpinLock queue_lock_;
  detail::WaitQueue queue_;
};

} // namespace heddle
