#include "time/wheel.h"

#include "sched/membarrier.h"
#include "sched/pause.h"

#include <algorithm>
#include <bit>
#include <mutex>

namespace heddle::detail {

void Wheel::arm(TimerNode &node, std::int64_t deadline) noexcept {
  std::lock_guard guard(lock_);
  node.deadline.store(deadline, std::memory_order_relaxed);
  node.postponed.store(false, std::memory_order_relaxed);
  node.claimed.store(false, std::memory_order_relaxed);
  link(node, deadline);
  pending_.store(pending() + 1, std::memory_order_relaxed);
}

bool Wheel::cancel(TimerNode &node) noexcept {
  if (node.deadline.load(std::memory_order_acquire) != 0) {
    std::lock_guard guard(lock_);
    if (node.link) {
      unlink(node);
      node.deadline.store(0, std::memory_order_relaxed);
      pending_.store(pending() - 1, std::memory_order_relaxed);
      return true;
    }
  }
  wait_while_firing(node);
  return false;
}

void Wheel::reset(TimerNode &node, std::int64_t deadline) noexcept {
  {
    std::lock_guard guard(lock_);
    if (node.link) {
      unlink(node);
      node.deadline.store(deadline, std::memory_order_relaxed);
      node.postponed.store(true, std::memory_order_relaxed);
      link(node, deadline);
      return;
    }
  }
  wait_while_firing(node);
  arm(node, deadline);
}

void Wheel::link(TimerNode &node, std::int64_t deadline) noexcept {
  std::int64_t tick = deadline >> tick_bits;
  if (tick << tick_bits != deadline)
    ++tick;
  tick = std::clamp(tick, now_, now_ | (horizon - 1));
  auto differing = static_cast<std::uint64_t>(tick ^ now_);
  int level = differing ? (std::bit_width(differing) - 1) / level_bits : 0;
  int slot = static_cast<int>(tick >> (level * level_bits)) & (slots - 1);
  TimerNode *&head = slots_[level][slot];
  node.next = head;
  node.link = &head;
  if (head)
    head->link = &node.next;
  head = &node;
  node.slot = static_cast<std::uint32_t>(level * slots + slot);
  occupied_[level] |= std::uint64_t{1} << slot;
  if (tick << tick_bits < next())
    next_.store(tick << tick_bits, std::memory_order_relaxed);
}

void Wheel::unlink(TimerNode &node) noexcept {
  *node.link = node.next;
  if (node.next)
    node.next->link = node.link;
  node.link = nullptr;
  int level = static_cast<int>(node.slot) / slots;
  int slot = static_cast<int>(node.slot) % slots;
  if (!slots_[level][slot])
    occupied_[level] &= ~(std::uint64_t{1} << slot);
}

// The tick at which the earliest slot that is not empty comes up, and which it
// is.
std::int64_t Wheel::first_tick(int &level, int &slot) const noexcept {
  for (level = 0; level < levels; ++level) {
    if (!occupied_[level])
      continue;
    slot = std::countr_zero(occupied_[level]);
    int above = (level + 1) * level_bits;
    return (now_ >> above << above) |
           (static_cast<std::int64_t>(slot) << (level * level_bits));
  }
  return never;
}

// The earliest deadline is in the earliest slot, unless reset() moved away what
// that slot holds. A long one is not searched: fire() comes when the slot does
// and spreads it over the level below.
void Wheel::refresh_next() noexcept {
  constexpr int short_enough = 16;
  int level, slot;
  std::int64_t tick = first_tick(level, slot);
  std::int64_t earliest = never;
  int seen = 0;
  if (tick != never) {
    const std::int64_t comes_up = tick << tick_bits;
    const std::int64_t goes_by =
        comes_up + (std::int64_t{1} << (tick_bits + level * level_bits));
    for (TimerNode *node = slots_[level][slot]; node; node = node->next) {
      std::int64_t deadline = node->deadline.load(std::memory_order_relaxed);
      // One that reset() moved beyond its slot says nothing of the next slots.
      if (++seen > short_enough || deadline >= goes_by) {
        earliest = comes_up;
        break;
      }
      earliest = std::min(earliest, std::max(deadline, comes_up));
    }
  }
  next_.store(earliest, std::memory_order_relaxed);
}

// Makes the node idle, if it is due: then postpone() moves it no more.
bool Wheel::claim(TimerNode &node, std::int64_t now) noexcept {
  std::int64_t deadline = node.deadline.load(std::memory_order_acquire);
  while (deadline <= now) {
    if (!node.postponed.load(std::memory_order_relaxed)) {
      // Release: whoever reads the 0 sees firing_. Acquire: of a postponement
      // that came first, `postponed`.
      if (node.deadline.compare_exchange_weak(deadline, 0,
                                              std::memory_order_acq_rel,
                                              std::memory_order_acquire))
        return true;
      continue;
    }
    node.claimed.store(true, std::memory_order_relaxed);
    heavy_barrier(); // pairs with postpone()'s light side
    if (node.deadline.load(std::memory_order_relaxed) <= now) {
      node.deadline.store(0, std::memory_order_release);
      return true;
    }
    node.claimed.store(false, std::memory_order_relaxed);
    return false;
  }
  return false;
}

// Takes the next node that is due out of the wheel, moving those on the way
// whose deadline is later; null: none is left.
TimerNode *Wheel::due(std::int64_t now, std::int64_t tick) noexcept {
  int level, slot;
  for (std::int64_t first; (first = first_tick(level, slot)) <= tick;) {
    now_ = std::max(now_, first);
    // All of them, as first_tick() takes lower levels to be earlier; and even
    // those that are due: down there they come up in the order of deadlines.
    if (level > 0) {
      while (TimerNode *node = slots_[level][slot]) {
        unlink(*node);
        link(*node, node->deadline.load(std::memory_order_relaxed));
      }
      continue;
    }
    TimerNode *node = slots_[level][slot];
    unlink(*node);
    firing_.store(node, std::memory_order_relaxed);
    if (claim(*node, now))
      return node;
    link(*node, node->deadline.load(std::memory_order_relaxed));
  }
  now_ = std::max(now_, tick);
  return nullptr;
}

std::size_t Wheel::fire(std::int64_t now) noexcept {
  if (now < next() || !firing_lock_.try_lock())
    return 0;
  std::size_t fired = 0;
  std::int64_t tick = now >> tick_bits;
  lock_.lock();
  // Nobody else needs to come for those.
  next_.store(never, std::memory_order_relaxed);
  while (TimerNode *node = due(now, tick)) {
    pending_.store(pending() - 1, std::memory_order_relaxed);
    lock_.unlock();
    node->callback(*node);
    ++fired;
    // Release: pairs with wait_while_firing's acquire.
    firing_.store(nullptr, std::memory_order_release);
    lock_.lock();
  }
  firing_.store(nullptr, std::memory_order_relaxed);
  refresh_next();
  lock_.unlock();
  firing_lock_.unlock();
  return fired;
}

void Wheel::wait_while_firing(const TimerNode &node) const noexcept {
  while (firing_.load(std::memory_order_acquire) == &node)
    cpu_pause();
}

void Wheel::clear(std::int64_t now) noexcept {
  std::lock_guard firing(firing_lock_);
  std::lock_guard guard(lock_);
  for (auto &level : slots_)
    for (TimerNode *&head : level)
      while (TimerNode *node = head) {
        head = node->next;
        node->link = nullptr;
        node->deadline.store(0, std::memory_order_relaxed);
      }
  occupied_ = {};
  now_ = now >> tick_bits;
  pending_.store(0, std::memory_order_relaxed);
  next_.store(never, std::memory_order_relaxed);
}

} // namespace heddle::detail
