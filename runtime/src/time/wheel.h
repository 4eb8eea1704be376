#pragma once

#include "heddle/detail/task.h"
#include "heddle/detail/timer_node.h"
#include "sched/membarrier.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>

namespace heddle::detail {

/// Pending timers by deadline: a hierarchical wheel whose first level has slots
/// of 33 µs, and each further level slots 64 times as long. Arming and
/// cancelling cost a lock and a few links, whatever the number of timers. Never
/// fires early.
class Wheel {
public:
  static constexpr std::int64_t never =
      std::numeric_limits<std::int64_t>::max();

  void arm(TimerNode &node, std::int64_t deadline) noexcept;
  bool cancel(TimerNode &node) noexcept;
  /// Moves the deadline later, with no lock. False: that takes a reset().
  static bool postpone(TimerNode &node, std::int64_t deadline) noexcept;
  void reset(TimerNode &node, std::int64_t deadline) noexcept;

  /// When fire() has something to do next, at the earliest.
  std::int64_t next() const noexcept {
    return next_.load(std::memory_order_relaxed);
  }
  /// Runs the callbacks that are due; returns how many ran.
  std::size_t fire(std::int64_t now) noexcept;

  std::size_t pending() const noexcept {
    return pending_.load(std::memory_order_relaxed);
  }
  /// Makes every node idle, without a call, and starts over.
  void clear(std::int64_t now) noexcept;

private:
  static constexpr int tick_bits = 15;
  static constexpr int level_bits = 6;
  static constexpr int levels = 7;
  static constexpr int slots = 1 << level_bits;
  static constexpr std::int64_t horizon = std::int64_t{1}
                                          << (level_bits * levels);

  void link(TimerNode &node, std::int64_t deadline) noexcept;
  void unlink(TimerNode &node) noexcept;
  std::int64_t first_tick(int &level, int &slot) const noexcept;
  void refresh_next() noexcept;
  TimerNode *due(std::int64_t now, std::int64_t tick) noexcept;
  static bool claim(TimerNode &node, std::int64_t now) noexcept;
  void wait_while_firing(const TimerNode &node) const noexcept;

  SpinLock lock_;
  SpinLock firing_lock_; // one thread fires at a time
  std::atomic<std::int64_t> next_{never};
  std::atomic<std::size_t> pending_{0};
  /// The node whose callback runs. Only compared: it may be gone.
  std::atomic<const TimerNode *> firing_{nullptr};

  // Guarded by lock_. Invariant: a node on level l agrees with now_ in all bits
  // above that level's, and its slot there is not before now_'s.
  std::int64_t now_ = 0;
  std::array<std::uint64_t, levels> occupied_{};
  std::array<std::array<TimerNode *, slots>, levels> slots_{};
};

// The slot that holds the node comes up early, and the node is moved then.
// False also if it is being fired: the store is undone by the reset().
inline bool Wheel::postpone(TimerNode &node, std::int64_t deadline) noexcept {
  std::int64_t before = node.deadline.load(std::memory_order_relaxed);
  if (before == 0 || deadline < before)
    return false;
  if (!node.postponed.load(std::memory_order_relaxed)) [[unlikely]] {
    // Only to a deadline that it never had: claim() has to see a change.
    if (deadline == before)
      return false;
    node.postponed.store(true, std::memory_order_relaxed);
    // Release: pairs with the acquire of claim().
    return node.deadline.compare_exchange_strong(
        before, deadline, std::memory_order_release, std::memory_order_relaxed);
  }
  node.deadline.store(deadline, std::memory_order_relaxed);
  light_barrier(); // pairs with claim()'s heavy side
  return !node.claimed.load(std::memory_order_relaxed);
}

} // namespace heddle::detail
