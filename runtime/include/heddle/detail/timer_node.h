/// Timers, as the rest of the runtime uses them.
#pragma once

#include "heddle/time.h"

#include <atomic>
#include <cstdint>

namespace heddle::detail {

/// A deadline and what to do then; lives where its user puts it.
///
/// One thread at a time may arm, reset or cancel a node. It may be destroyed
/// when it is not armed and cancel, where it was called, has returned; by its
/// own callback, too.
struct TimerNode {
  using Callback = void (*)(TimerNode &) noexcept;

  explicit constexpr TimerNode(Callback callback, void *arg = nullptr) noexcept
      : callback(callback), arg(arg) {}
  TimerNode(const TimerNode &) = delete;
  TimerNode &operator=(const TimerNode &) = delete;

  /// Runs once for each time the node is armed, on a scheduler thread. Must not
  /// park or wait; may arm the node again.
  const Callback callback;
  void *const arg;

  //   0   idle: never armed, fired or cancelled
  //   >0  armed; nanoseconds of Clock
  // Raised to a later time by timer_reset, without a lock: by a
  // compare-exchange at first, by stores where `postponed` is set. All other
  // changes are made under the wheel's lock.
  std::atomic<std::int64_t> deadline{0};
  // timer_reset has come before. Set by it before it raises the deadline, so
  // that whoever sees the one sees the other; cleared by arming the node.
  std::atomic<bool> postponed{false};
  // Whoever fires a postponed node says so before it reads the deadline for
  // good: timer_reset stores the one and loads the other, the two sides of a
  // barrier keep that in order, and so one of the two sees the other. Written
  // under the wheel's lock.
  std::atomic<bool> claimed{false};

  // Guarded by the wheel's lock. `link` is null while no slot holds the node.
  // Invariant: the slot that holds it comes up no later than the deadline.
  std::uint32_t wheel = 0;
  std::uint32_t slot = 0;
  TimerNode *next = nullptr;
  TimerNode **link = nullptr;
};

/// Requires: the node is idle, and a runtime runs.
void timer_arm(TimerNode &node, TimePoint deadline);

/// True: the callback will not run. False: the node was idle or has fired, and
/// the callback is no longer running. Not from the node's own callback.
bool timer_cancel(TimerNode &node) noexcept;

/// Moves the deadline, arming the node if it is idle. If the callback was about
/// to run, it has run before this returns. Costs a store where the node is
/// armed and the deadline is later than before, and the first time a
/// compare-exchange. Not for nodes whose callback arms them again.
void timer_reset(TimerNode &node, TimePoint deadline);

} // namespace heddle::detail
