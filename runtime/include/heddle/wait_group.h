#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/task.h"
#include "heddle/time.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle {

class Context;

/// Counts work that is not done yet, and waits for all of it.
///
/// Add before the work starts: a wait() that runs before the add() sees nothing
/// to wait for (see heddle-add-after-spawn); spawn() does both in the right
/// order.
///
/// Ordering: done() happens before the return of every wait() that it ends.
/// Lifetime: may be destroyed as soon as a wait() has returned and no further
/// add() comes, also while the last done() is still returning.
///
/// Example: test/runtime/wait_group_test.cpp, "WaitsForAll".
class WaitGroup {
public:
  constexpr WaitGroup() noexcept = default;
  WaitGroup(const WaitGroup &) = delete;
  WaitGroup &operator=(const WaitGroup &) = delete;

  /// Expects `n` more calls of done(). A negative `n` takes that many back.
  /// Requires: the count stays at 0 or above (else the program ends). An add()
  /// at count 0 comes before any wait(), or after all have returned.
  void add(std::int64_t n = 1) noexcept HEDDLE_COUNTS_UP {
    if (n > 0)
      state_.fetch_add(static_cast<std::uint64_t>(n) * one,
                       std::memory_order_relaxed);
    else
      subtract(static_cast<std::uint64_t>(-n));
  }

  /// Reports one piece of work done. The group is not touched after the count
  /// reached 0. Requires: an add() that it answers (else the program ends).
  void done() noexcept HEDDLE_COUNTS_DOWN { subtract(1); }

  /// Returns when the count is 0. Tasks that spawn() made here and that have
  /// not started yet run within the caller meanwhile. Any number of tasks may
  /// wait.
  void wait() HEDDLE_SUSPENDS HEDDLE_JOINS;

  /// Waits until the count is 0, at most `d`; reports whether it was. Runs no
  /// tasks meanwhile, as those might take longer.
  [[nodiscard]] bool wait_for(Duration d) HEDDLE_SUSPENDS HEDDLE_JOINS;

  /// Waits until the count is 0, or `context` ends; reports whether it was.
  /// Cancellation: if the context has ended already, false, in any case.
  [[nodiscard]] bool wait(const Context &context) HEDDLE_SUSPENDS HEDDLE_JOINS;

  /// Runs `f()` as a task that is counted until it ends.
  /// Errors: what `f` throws ends the program, with the line of this call.
  template <class F>
  void spawn(F &&f, std::source_location site = std::source_location::current())
      HEDDLE_SPAWNS HEDDLE_COUNTS_UP {
    struct Count {
      WaitGroup *group;
      explicit Count(WaitGroup &g) noexcept : group(&g) { g.add(); }
      Count(Count &&other) noexcept
          : group(std::exchange(other.group, nullptr)) {}
      ~Count() {
        if (group)
          group->done();
      }
    };
    // Destroyed in the order of the captures' reverse: f, then the count.
    detail::spawn_closure(
        [count = Count(*this), f = std::forward<F>(f)]() mutable {
          std::invoke(f);
        },
        site, this);
  }

private:
  void subtract(std::uint64_t n) noexcept {
    std::uint64_t before = state_.fetch_sub(n * one, std::memory_order_acq_rel);
    if (before / one <= n && (before != n * one))
      release_waiters(before, n);
  }
  void release_waiters(std::uint64_t before, std::uint64_t n) noexcept;
  static bool enlist(detail::Task *self, void *group) noexcept;
  bool withdraw(detail::Task *waiter) noexcept;
  void await_release() const noexcept;
  struct LimitedWait;

  //   state_ = count * one + locked + waiting
  // The count is anybody's. `locked` guards waiters_. `waiting`: waiters_ is
  // not empty. Whoever brings the count to 0 while one of the two is set takes
  // the waiters; the store that clears `waiting` is its last access, and wait()
  // does not return before.
  static constexpr std::uint64_t locked = 1;
  static constexpr std::uint64_t waiting = 2;
  static constexpr std::uint64_t one = 4;

  std::atomic<std::uint64_t> state_{0};
  detail::Task *waiters_ = nullptr;
};

} // namespace heddle
