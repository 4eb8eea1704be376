#pragma once

#include "heddle/annotations.h"
#include "heddle/context.h"
#include "heddle/detail/timer_node.h"
#include "heddle/detail/wait_queue.h"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace heddle::detail {

/// One direction of a descriptor, and the tasks that wait for it.
///
/// Nobody knows whether a descriptor is ready until a system call says that it
/// is not. What is kept is whether anything has happened since: a task reads
/// the word, makes its call, and if there is nothing to get, waits for a word
/// that differs from the one it read. An edge between the two is in the word,
/// and the wait returns at once; one that was meant for another only costs a
/// call that finds nothing.
///
///   bits of the word             set by                cleared by
///   closed   no more operations  close()               open()
///   expired  the deadline is     the deadline's timer  set_deadline(), open()
///            over
///   edges    events, counted     note_edge()           wraps around
///
/// Written under lock_, and whoever changes it wakes all who wait. Release:
/// pairs with the acquire in word(), which may be read without.
class Readiness {
public:
  static constexpr std::uint32_t closed = 1;
  static constexpr std::uint32_t expired = 2;
  static constexpr std::uint32_t edge = 4;

  /// To begin with, and again for another descriptor.
  void open() noexcept;
  void close() noexcept;
  /// Something has happened to the descriptor. Returns how many that woke.
  std::size_t note_edge() noexcept;
  /// TimePoint::max(): none. Requires: a runtime runs, if there is one.
  void set_deadline(TimePoint deadline) noexcept;

  std::uint32_t word() const noexcept {
    return word_.load(std::memory_order_acquire);
  }
  /// Returns when the word is not `seen`, when the context, if any, ends, or at
  /// `limit`.
  void wait(std::uint32_t seen, const Context *context,
            TimePoint limit = TimePoint::max()) HEDDLE_SUSPENDS;

  /// Takes tasks, but not threads, out of the queue for good.
  void forget_tasks() noexcept;
  /// How many wait, on all descriptors.
  static std::size_t waiters() noexcept;
  /// For what waits for events in another way.
  static void count_waiter(std::ptrdiff_t change) noexcept;

private:
  struct Wait;

  std::size_t change(std::uint32_t clear, std::uint32_t set) noexcept;
  void wait_for_either(Wait &self, SpinLock &lock,
                       const Context &context) HEDDLE_SUSPENDS;
  static bool publish(Task *, void *wait) noexcept;
  static void give_up(TimerNode &node) noexcept;
  void add(Waiter &waiter) noexcept;
  void remove(Waiter &waiter) noexcept;

  std::atomic<std::uint32_t> word_{0};
  SpinLock lock_;
  WaitQueue queue_;

  SpinLock deadline_lock_; // guards the timer
  TimerNode timer_{[](TimerNode &node) noexcept {
                     static_cast<Readiness *>(node.arg)->change(0, expired);
                   },
                   this};
};

} // namespace heddle::detail
