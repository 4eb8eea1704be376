#pragma once

#include "heddle/detail/task.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

namespace heddle::detail {

/// A list of tasks, first in first out, linked by `next`. Not synchronised.
struct TaskList {
  Task *first = nullptr;
  Task *last = nullptr;
  std::size_t count = 0;

  void push(Task *task) noexcept {
    task->next = nullptr;
    (first ? last->next : first) = task;
    last = task;
    ++count;
  }
  Task *pop() noexcept {
    Task *task = first;
    if (task) {
      first = task->next;
      --count;
    }
    return task;
  }
  void append(TaskList &&other) noexcept {
    if (!other.first)
      return;
    (first ? last->next : first) = other.first;
    last = other.last;
    count += other.count;
    other = {};
  }
};

/// The tasks that a processor has runnable, and that others may steal.
///
/// The owner pushes at the tail, takes many at a time from the head, and takes
/// the newest back from the tail; others take from the head, many at a time.
///
/// head_ is an index and, in the upper half, a count of the times that the
/// newest was taken back. Whoever takes from the head proves by a
/// compare-exchange of the whole word that neither moved since it read the
/// tail: a thief can never have taken into account a task that the owner took
/// back.
class RunQueue {
public:
  static constexpr std::uint32_t capacity = 256;

  std::uint32_t size() const noexcept {
    return tail_.load(std::memory_order_relaxed) -
           index(head_.load(std::memory_order_relaxed));
  }

  /// Changes with everything that is taken from the head.
  std::uint64_t head() const noexcept {
    return head_.load(std::memory_order_relaxed);
  }

  /// Owner. False: full.
  bool push(Task *task) noexcept {
    std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    // Acquire: pairs with the takers' release, before their slots are reused.
    if (tail - index(head_.load(std::memory_order_acquire)) == capacity)
      return false;
    slot(tail).store(task, std::memory_order_relaxed);
    // Release: pairs with the thieves' acquire; what the task needs is there.
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  /// Owner. Takes up to `most` of the oldest.
  TaskList take(std::uint32_t most) noexcept {
    std::uint64_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      std::uint32_t n =
          std::min(tail_.load(std::memory_order_relaxed) - index(head), most);
      TaskList taken;
      if (n == 0)
        return taken;
      if (!head_.compare_exchange_weak(head, advanced(head, n),
                                       std::memory_order_acq_rel,
                                       std::memory_order_acquire))
        continue;
      for (std::uint32_t i = 0; i < n; ++i)
        taken.push(slot(index(head) + i).load(std::memory_order_relaxed));
      return taken;
    }
  }

  /// Owner. Takes the newest if it is `parent`'s.
  Task *take_newest(const void *parent) noexcept {
    std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    std::uint64_t head = head_.load(std::memory_order_acquire);
    while (tail != index(head)) {
      // It may be stolen and gone, and be another task by now; then the
      // exchange fails.
      Task *newest = slot(tail - 1).load(std::memory_order_relaxed);
      if (newest->parent.load(std::memory_order_relaxed) != parent)
        return nullptr;
      tail_.store(tail - 1, std::memory_order_relaxed);
      if (head_.compare_exchange_weak(head, head + back,
                                      std::memory_order_acq_rel,
                                      std::memory_order_acquire))
        return newest;
      tail_.store(tail, std::memory_order_release);
    }
    return nullptr;
  }

  /// Anybody. Takes the older half, at most `most`, into `out`.
  std::uint32_t steal(Task **out, std::uint32_t most) noexcept {
    std::uint64_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      std::uint32_t n = tail_.load(std::memory_order_acquire) - index(head);
      // The head may be old enough for the tail to have overtaken it by a
      // round.
      if (n > capacity) {
        head = head_.load(std::memory_order_acquire);
        continue;
      }
      n = std::min(n - n / 2, most);
      if (n == 0)
        return 0;
      for (std::uint32_t i = 0; i < n; ++i)
        out[i] = slot(index(head) + i).load(std::memory_order_relaxed);
      if (head_.compare_exchange_strong(head, advanced(head, n),
                                        std::memory_order_acq_rel,
                                        std::memory_order_acquire))
        return n;
    }
  }

private:
  static constexpr std::uint64_t back = std::uint64_t{1} << 32;

  static std::uint32_t index(std::uint64_t head) noexcept {
    return static_cast<std::uint32_t>(head);
  }
  static std::uint64_t advanced(std::uint64_t head, std::uint32_t n) noexcept {
    return (head & ~(back - 1)) | static_cast<std::uint32_t>(index(head) + n);
  }
  std::atomic<Task *> &slot(std::uint32_t i) noexcept {
    return slots_[i % capacity];
  }

  alignas(64) std::atomic<std::uint64_t> head_{0};
  alignas(64) std::atomic<std::uint32_t> tail_{0};
  std::array<std::atomic<Task *>, capacity> slots_{};
};

} // namespace heddle::detail
