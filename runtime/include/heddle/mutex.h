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
///
/// Example: test/runtime/mutex_test.cpp, "Counter".
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
  void lock_slowly() HEDDLE_SUSPENDS;
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

/// A mutex that one writer or any number of readers own at a time. Waiting
/// parks the task, never its thread.
///
/// Ownership belongs to the task, as with Mutex. Works with std::shared_lock,
/// std::unique_lock, std::lock_guard and std::scoped_lock, and from plain OS
/// threads. It pays where readers stay for long; for a few instructions a Mutex
/// is as fast.
///
/// Requires: whoever unlocks it is the task that locked it, the same way; no
/// task locks it twice. That holds for readers too: the second lock_shared()
/// waits behind a writer that waits for the first.
/// Ordering: unlock() happens before the locks of both kinds that follow, and
/// unlock_shared() before the lock() that follows.
/// Fairness: first come, first served; readers that wait next to each other
/// enter together. Nobody overtakes a waiter, so neither kind starves.
/// Cancellation: none; a critical section should be short.
/// Lifetime: may be destroyed once no task owns it or waits for it.
///
/// Example: test/runtime/shared_mutex_test.cpp,
/// "ReadersShareAndWritersExclude".
class HEDDLE_CAPABILITY("shared_mutex") SharedMutex {
public:
  constexpr SharedMutex() noexcept = default;
  SharedMutex(const SharedMutex &) = delete;
  SharedMutex &operator=(const SharedMutex &) = delete;

  /// Returns once the calling task is the only owner.
  void lock() HEDDLE_SUSPENDS HEDDLE_ACQUIRES() {
    if (!try_lock())
      lock_slowly(false);
  }

  /// Takes the mutex alone if that needs no waiting; reports whether it did.
  [[nodiscard]] bool try_lock() noexcept HEDDLE_TRY_ACQUIRES(true) {
    std::uint32_t free = 0;
    return state_.compare_exchange_strong(
        free, writer, std::memory_order_acquire, std::memory_order_relaxed);
  }

  /// Ends the ownership that lock() began.
  void unlock() noexcept HEDDLE_RELEASES() {
    std::uint32_t uncontended = writer;
    if (!state_.compare_exchange_strong(uncontended, 0,
                                        std::memory_order_release,
                                        std::memory_order_relaxed))
      let_next_in();
  }

  /// Returns once the calling task is one of the readers.
  void lock_shared() HEDDLE_SUSPENDS HEDDLE_ACQUIRES_SHARED() {
    if (!try_lock_shared())
      lock_slowly(true);
  }

  /// Becomes a reader if that needs no waiting; reports whether it did.
  [[nodiscard]] bool try_lock_shared() noexcept
      HEDDLE_TRY_ACQUIRES_SHARED(true) {
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    while (!(seen & (writer | waiters)))
      if (state_.compare_exchange_weak(seen, seen + reader,
                                       std::memory_order_acquire,
                                       std::memory_order_relaxed))
        return true;
    return false;
  }

  /// Ends the ownership that lock_shared() began.
  void unlock_shared() noexcept HEDDLE_RELEASES_SHARED() {
    // Release: the next writer sees that the reads are over. Acquire: the last
    // of several readers lets it in, and has seen the others out.
    if (state_.fetch_sub(reader, std::memory_order_acq_rel) ==
        (reader | waiters))
      let_next_in();
  }

private:
  void lock_slowly(bool shared) HEDDLE_SUSPENDS;
  void let_next_in() noexcept;

  //   state_ = readers * reader + waiters + writer
  // `writer`: one task owns it alone; there are no readers then. `waiters`: the
  // queue is not empty; changes only under queue_lock_. While it is set nobody
  // enters but by let_next_in(), which is called by whoever leaves last and so
  // is the only one to write then.
  static constexpr std::uint32_t writer = 1;
  static constexpr std::uint32_t waiters = 2;
  static constexpr std::uint32_t reader = 4;

  std::atomic<std::uint32_t> state_{0};
  detail::SpinLock queue_lock_;
  detail::WaitQueue queue_;
};

} // namespace heddle
