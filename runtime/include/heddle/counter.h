#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/task.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace heddle {

/// A number that many tasks add to and few read: what each processor adds stays
/// in a cache line of its own.
///
/// For what is decided by the value, or read as often as it is written, take a
/// std::atomic, or an ActiveCount.
///
/// Ordering: none between add() and value(). A value() counts every add() that
/// happens before it, and each of those at the same time or not: it is exact
/// when nobody adds.
/// Complexity: add() is one uncontended atomic addition; value() reads some
/// thirty cache lines.
/// Lifetime: may stand at namespace scope: nothing runs to make or destroy it.
///
/// Example: test/runtime/counter_test.cpp, "Counter.CountsWhatAllTasksAdd".
class Counter {
public:
  constexpr Counter() noexcept = default;
  Counter(const Counter &) = delete;
  Counter &operator=(const Counter &) = delete;

  /// Adds `n`, which may be negative.
  void add(std::int64_t n) noexcept {
    cells_[detail::processor_index() % cells_.size()].value.fetch_add(
        n, std::memory_order_relaxed);
  }

  /// Adds 1.
  void increment() noexcept { add(1); }

  /// The sum of what was added.
  [[nodiscard]] std::int64_t value() const noexcept {
    std::int64_t sum = 0;
    for (const Cell &cell : cells_)
      sum += cell.value.load(std::memory_order_relaxed);
    return sum;
  }

private:
  struct alignas(64) Cell {
    std::atomic<std::int64_t> value{0};
  };

  std::array<Cell, 32> cells_;
};

/// How much of something goes on right now: the work holds a guard, and who
/// decides by the load reads count().
///
///   ActiveCount active;
///   …
///   auto guard = active.enter();   // for the life of a request
///   …
///   if (active.count() > limit)
///     return overloaded();
///
/// It bounds nothing by itself: between count() and enter() others enter. A
/// bound is a Semaphore.
///
/// Complexity: one atomic operation each.
/// Lifetime: must outlive its guards.
///
/// Example: test/runtime/counter_test.cpp, "ActiveCount.CountsTheGuards".
class ActiveCount {
public:
  class Guard;

  constexpr ActiveCount() noexcept = default;
  ActiveCount(const ActiveCount &) = delete;
  ActiveCount &operator=(const ActiveCount &) = delete;

  /// Counts the caller's work until the guard goes.
  [[nodiscard]] Guard enter() noexcept;

  /// How many guards there are.
  [[nodiscard]] std::size_t count() const noexcept {
    return count_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<std::size_t> count_{0};
};

/// Counted in an ActiveCount while it lives. Movable, so that work can take it
/// to another task.
class [[nodiscard]] ActiveCount::Guard {
public:
  Guard(Guard &&other) noexcept
      : count_(std::exchange(other.count_, nullptr)) {}
  Guard &operator=(Guard &&other) noexcept {
    Guard(std::move(other)).swap(*this);
    return *this;
  }
  ~Guard() {
    if (count_)
      count_->fetch_sub(1, std::memory_order_relaxed);
  }

private:
  friend class ActiveCount;
  explicit Guard(std::atomic<std::size_t> &count) noexcept : count_(&count) {
    count.fetch_add(1, std::memory_order_relaxed);
  }
  void swap(Guard &other) noexcept { std::swap(count_, other.count_); }

  std::atomic<std::size_t> *count_;
};

inline ActiveCount::Guard ActiveCount::enter() noexcept {
  return Guard(count_);
}

} // namespace heddle
