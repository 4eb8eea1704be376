#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/task.h"
#include "heddle/detail/wait_queue.h"
#include "heddle/time.h"

#include <atomic>

namespace heddle {

class Context;

/// A flag that can be waited for: once set it lets everybody through, until it
/// is reset.
///
///   Event ready;
///   spawn([&] { load(); ready.set(); });
///   …
///   ready.wait();
///
/// Instead of a loop that looks at a flag and yields or sleeps. Tasks and plain
/// OS threads may use it.
///
/// Ordering: set() happens before the return of the waits that it ends, and
/// before is_set() returns true because of it.
/// Fairness: set() wakes all that wait, in the order they came. A waiter it
/// woke goes on even if a reset() comes first.
/// Lifetime: may be destroyed once nobody waits for it and no further set()
/// comes; a task whose wait() returned may do so also while the set() that
/// ended it is still returning.
///
/// Example: test/runtime/event_test.cpp, "LetsEverybodyThrough".
class Event {
public:
  /// An event that is not set.
  constexpr Event() noexcept = default;
  Event(const Event &) = delete;
  Event &operator=(const Event &) = delete;

  /// Lets all through that wait, and all that come, until reset(). Never waits.
  void set() noexcept HEDDLE_SIGNALS;

  /// Makes later waits wait for the next set().
  void reset() noexcept;

  /// Whether it is set now. That may be seen while set() is still returning:
  /// not for knowing when to destroy the event.
  [[nodiscard]] bool is_set() const noexcept {
    return set_.load(std::memory_order_acquire);
  }

  /// Returns once the event is set.
  void wait() HEDDLE_SUSPENDS;

  /// Waits at most `d`; reports whether the event was set.
  [[nodiscard]] bool wait_for(Duration d) HEDDLE_SUSPENDS;

  /// Waits until the event is set, or `context` ends; reports whether it was
  /// set. Cancellation: if the context has ended already, false, in any case.
  [[nodiscard]] bool wait(const Context &context) HEDDLE_SUSPENDS;

private:
  // Written under lock_ alone, with release for is_set().
  std::atomic<bool> set_{false};
  detail::SpinLock lock_;
  // Invariant: empty while set_.
  detail::WaitQueue queue_;
};

} // namespace heddle
