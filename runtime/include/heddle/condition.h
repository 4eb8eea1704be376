#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/task.h"
#include "heddle/detail/wait_queue.h"
#include "heddle/mutex.h"
#include "heddle/time.h"

#include <condition_variable>
#include <mutex>

namespace heddle {

class Context;

/// Lets tasks wait, with a Mutex released, until others say that what it guards
/// has changed.
///
/// Requires: all concurrent waits use the same mutex, held by the caller.
/// Ordering: that of the mutex.
/// Fairness: notify_one() wakes the longest waiter. There are no spurious
/// wakes, but the state may have changed again: use the form with a predicate.
/// Lifetime: may be destroyed once every waiter was notified.
///
/// Example: test/runtime/condition_test.cpp, "BoundedQueue".
class ConditionVariable {
public:
  constexpr ConditionVariable() noexcept = default;
  ConditionVariable(const ConditionVariable &) = delete;
  ConditionVariable &operator=(const ConditionVariable &) = delete;

  /// Releases the lock, waits to be notified, and takes the lock again.
  void wait(std::unique_lock<Mutex> &lock) HEDDLE_SUSPENDS;

  /// Waits until `ready()`, which is called with the lock held.
  template <typename Predicate>
  void wait(std::unique_lock<Mutex> &lock, Predicate ready) HEDDLE_SUSPENDS {
    while (!ready())
      wait(lock);
  }

  /// Waits as wait() does, until `deadline` at most.
  std::cv_status wait_until(std::unique_lock<Mutex> &lock,
                            TimePoint deadline) HEDDLE_SUSPENDS;

  /// Waits until `ready()`, `deadline` at most; returns what it last said.
  template <typename Predicate>
  bool wait_until(std::unique_lock<Mutex> &lock, TimePoint deadline,
                  Predicate ready) HEDDLE_SUSPENDS {
    while (!ready())
      if (wait_until(lock, deadline) == std::cv_status::timeout)
        return ready();
    return true;
  }

  /// Waits as wait() does, `d` at most.
  std::cv_status wait_for(std::unique_lock<Mutex> &lock,
                          Duration d) HEDDLE_SUSPENDS {
    return wait_until(lock, detail::deadline_after(d));
  }

  /// Waits until `ready()`, `d` at most; returns what it last said.
  template <typename Predicate>
  bool wait_for(std::unique_lock<Mutex> &lock, Duration d,
                Predicate ready) HEDDLE_SUSPENDS {
    return wait_until(lock, detail::deadline_after(d), std::move(ready));
  }

  /// Waits as wait() does, until `context` ends at most; reports whether it was
  /// notified. Cancellation: if the context has ended already, false at once,
  /// with the lock never released.
  [[nodiscard]] bool wait(const Context &context,
                          std::unique_lock<Mutex> &lock) HEDDLE_SUSPENDS;

  /// Waits until `ready()`, or `context` ends; returns what `ready()` last
  /// said.
  template <typename Predicate>
  bool wait(const Context &context, std::unique_lock<Mutex> &lock,
            Predicate ready) HEDDLE_SUSPENDS {
    while (!ready())
      if (!wait(context, lock))
        return ready();
    return true;
  }

  /// Wakes the longest waiter, if there is one.
  void notify_one() noexcept;

  /// Wakes all that wait now.
  void notify_all() noexcept;

private:
  detail::SpinLock lock_;
  detail::WaitQueue queue_;
};

} // namespace heddle
