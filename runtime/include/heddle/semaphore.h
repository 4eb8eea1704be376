#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/task.h"
#include "heddle/detail/wait_queue.h"
#include "heddle/time.h"

#include <cstddef>
#include <memory>
#include <utility>

namespace heddle {

class Context;

/// A number of slots that tasks take and give back: bounds what goes on at
/// once.
///
/// Ordering: release() happens before the acquire() that takes the slot.
/// Fairness: first come, first served; release() gives the slot to the longest
/// waiter, and nobody overtakes it.
/// Lifetime: may be destroyed once nobody waits for it. Slots that are still
/// taken by then may be given back later by a Slot, as those of
/// spawn_limited().
///
/// Example: test/runtime/semaphore_test.cpp, "BoundsWhatGoesOnAtOnce".
class Semaphore {
public:
  class Slot;

  explicit Semaphore(std::size_t slots)
      : state_(std::make_shared<State>(slots)) {}
  Semaphore(const Semaphore &) = delete;
  Semaphore &operator=(const Semaphore &) = delete;

  /// Takes a slot, waiting until there is one for the caller.
  void acquire() HEDDLE_SUSPENDS HEDDLE_ACQUIRES_SLOT { state_->acquire(); }

  /// Takes a slot if one is free and nobody waits for it; reports whether it
  /// did.
  [[nodiscard]] bool try_acquire() noexcept HEDDLE_ACQUIRES_SLOT;

  /// Takes a slot, waiting at most `d`; reports whether it did.
  [[nodiscard]] bool
  try_acquire_for(Duration d) HEDDLE_SUSPENDS HEDDLE_ACQUIRES_SLOT;

  /// Takes a slot, waiting until there is one or `context` ends; reports
  /// whether it did. Cancellation: if the context has ended already, it takes
  /// none.
  [[nodiscard]] bool
  acquire(const Context &context) HEDDLE_SUSPENDS HEDDLE_ACQUIRES_SLOT;

  /// Gives `slots` slots back. Any task may, not only one that took a slot.
  void release(std::size_t slots = 1) noexcept HEDDLE_RELEASES_SLOT {
    state_->release(slots);
  }

  /// How many slots are free now: for metrics and tests, not for decisions.
  [[nodiscard]] std::size_t available() const noexcept;

private:
  struct State {
    explicit State(std::size_t slots) noexcept : free(slots) {}
    void acquire() HEDDLE_SUSPENDS;
    void release(std::size_t slots) noexcept;

    detail::SpinLock lock;
    std::size_t free;
    // Invariant: empty while free is not 0.
    detail::WaitQueue queue;
  };

  std::shared_ptr<State> state_;
};

/// A slot taken of a Semaphore, given back when its last owner goes: movable,
/// and safe to outlive the semaphore.
class [[nodiscard]] Semaphore::Slot {
public:
  /// Takes a slot of `semaphore`, waiting until there is one.
  explicit Slot(Semaphore &semaphore) HEDDLE_SUSPENDS HEDDLE_ACQUIRES_SLOT
      : state_(semaphore.state_) {
    state_->acquire();
  }
  Slot(Slot &&) noexcept = default;
  Slot &operator=(Slot &&other) noexcept {
    Slot(std::move(other)).state_.swap(state_);
    return *this;
  }
  ~Slot() HEDDLE_RELEASES_SLOT {
    if (state_)
      state_->release(1);
  }

private:
  std::shared_ptr<State> state_;
};

/// Holds one slot of a Semaphore for the life of the guard.
class [[nodiscard]] SemaphoreGuard {
public:
  /// Takes a slot of `semaphore`, waiting until there is one.
  explicit SemaphoreGuard(Semaphore &semaphore)
      HEDDLE_SUSPENDS HEDDLE_ACQUIRES_SLOT : semaphore_(semaphore) {
    semaphore_.acquire();
  }
  ~SemaphoreGuard() HEDDLE_RELEASES_SLOT { semaphore_.release(); }
  SemaphoreGuard(const SemaphoreGuard &) = delete;
  SemaphoreGuard &operator=(const SemaphoreGuard &) = delete;

private:
  Semaphore &semaphore_;
};

} // namespace heddle
