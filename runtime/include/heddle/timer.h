#pragma once

#include "heddle/annotations.h"
#include "heddle/channel.h"
#include "heddle/detail/timer_node.h"
#include "heddle/select.h"
#include "heddle/time.h"

#include <atomic>
#include <iterator>
#include <optional>
#include <source_location>

namespace heddle {

/// A channel that gives the time once, when `d` has passed.
///
/// Convenient where it is waited for once. In a loop each call makes another
/// timer: use a Timer and reset() it, or on_timeout() in the select.
/// Lifetime: the timer goes with the channel.
[[nodiscard]] Channel<TimePoint>
after(Duration d, std::source_location where = std::source_location::current())
    HEDDLE_MAKES_TIMER;

/// Gives the time once for each start, when its duration has passed.
///
/// Wait with receive(), or in a select with on_receive(timer, f).
///
/// A tick that was due before reset() or stop() is never seen after it. Ticks
/// are never early; after a reset() to a quarter of a second or more they may
/// be a few milliseconds late: it then reads the kernel's cheaper clock.
/// Requires: a runtime runs (else the program ends). One task at a time calls
/// reset() and stop() (not checked); any may receive meanwhile.
/// Complexity: reset() of a running timer to a later time is one store; the
/// first one after a start is a compare-exchange.
/// Lifetime: must outlive the waits for it. Destroying it stops it.
class Timer {
public:
  /// A timer that runs: it gives its tick when `d` has passed.
  explicit Timer(Duration d,
                 std::source_location where = std::source_location::current())
      HEDDLE_MAKES_TIMER;
  Timer(const Timer &) = delete;
  Timer &operator=(const Timer &) = delete;
  ~Timer();

  /// Starts anew: the next tick comes when `d` has passed from now.
  void reset(Duration d);

  /// No tick comes until the next reset(). Returns whether one was still to
  /// come or to be received.
  bool stop() noexcept;

  /// The time at which the tick came, waiting for it. A stopped timer has none
  /// to give: the wait goes on until somebody resets it.
  TimePoint receive() HEDDLE_SUSPENDS { return *ticks_.receive(); }

  /// The tick if it has come and nobody has received it.
  std::optional<TimePoint> try_receive() { return ticks_.try_receive(); }

private:
  friend Channel<TimePoint> &channel_of(Timer &timer) noexcept {
    return timer.ticks_;
  }
  static void fire(detail::TimerNode &node) noexcept;

  Channel<TimePoint> ticks_;
  detail::TimerNode node_{fire, this};
  // Whether a tick was given since the last start: if not, reset() has none to
  // take back. Set by the callback, cleared while it cannot run.
  std::atomic<bool> fired_{false};
};

/// Gives the time again and again, each time its period has passed.
///
///   for (TimePoint now : ticker) …
///
/// A receiver that is late misses ticks instead of being flooded: one at most
/// waits for it, and the next ones keep to the grid of the first.
/// Lifetime: must outlive the waits for it. Destroying it stops it.
///
/// Example: test/runtime/timer_test.cpp, "TicksOnItsGrid".
class Ticker {
public:
  /// Requires: `period` is positive (asserted).
  explicit Ticker(Duration period,
                  std::source_location where = std::source_location::current())
      HEDDLE_MAKES_TIMER;
  Ticker(const Ticker &) = delete;
  Ticker &operator=(const Ticker &) = delete;
  ~Ticker();

  /// Ends the ticks: waits for them and loops over them end. For good.
  void stop() noexcept HEDDLE_SHUTS_DOWN;

  /// The time of the next tick, waiting for it; empty once stopped.
  std::optional<TimePoint> receive() HEDDLE_SUSPENDS HEDDLE_RECEIVES {
    return ticks_.receive();
  }

  /// The tick that nobody has received, if there is one.
  std::optional<TimePoint> try_receive() { return ticks_.try_receive(); }

  Channel<TimePoint>::Iterator begin() HEDDLE_SUSPENDS HEDDLE_RECEIVES {
    return ticks_.begin();
  }
  std::default_sentinel_t end() const noexcept { return {}; }

private:
  friend Channel<TimePoint> &channel_of(Ticker &ticker) noexcept {
    return ticker.ticks_;
  }

  static void fire(detail::TimerNode &node) noexcept;

  Channel<TimePoint> ticks_;
  const Duration period_;
  // Only the callback arms the node again; the lock keeps it from doing so once
  // it was stopped.
  detail::SpinLock lock_;
  bool stopped_ = false;
  TimePoint next_;
  detail::TimerNode node_{fire, this};
};

/// A channel that gives the time each time `period` has passed, until the
/// process ends.
///
///   for (TimePoint now : tick(1s)) …
///
/// Nothing stops it: for loops that never end. In a function that returns, each
/// call would leave another one behind; use a Ticker there.
/// Requires: `period` is positive (asserted).
/// Lifetime: the channel is never destroyed; its ticks end with the runtime.
///
/// Example: test/runtime/timer_test.cpp, "TickGivesTheTimeAgainAndAgain".
[[nodiscard]] Channel<TimePoint> &
tick(Duration period,
     std::source_location where = std::source_location::current())
    HEDDLE_MAKES_TIMER HEDDLE_NEVER_ENDS;

} // namespace heddle
