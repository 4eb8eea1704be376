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
  // Raised to a later time by timer_reset alone, with no lock; all other
  // changes are made under the wheel's lock.
  std::atomic<std::int64_t> deadline{0};

  // Guarded by the wheel's lock. Invariant while armed: the slot that holds the
  // node comes up no later than the deadline.
  TimerNode *next = nullptr;
  TimerNode **link = nullptr;
  std::uint32_t wheel = 0;
  std::uint32_t slot = 0;
};

/// Requires: the node is idle, and a runtime runs.
void timer_arm(TimerNode &node, TimePoint deadline);

/// True: the callback will not run. False: the node was idle or has fired, and
/// the callback is no longer running. Not from the node's own callback.
bool timer_cancel(TimerNode &node) noexcept;

/// Moves the deadline, arming the node if it is idle. If the callback was about
/// to run, it has run before this returns. Costs one compare-exchange where the
/// node is armed and the deadline is later than before.
void timer_reset(TimerNode &node, TimePoint deadline);

} // namespace heddle::detail
