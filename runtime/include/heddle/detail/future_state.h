/// What a Future and its task share.
#pragma once

#include "heddle/annotations.h"
#include "heddle/time.h"

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle {
class Context;
}

namespace heddle::detail {

struct Task;

/// The part that does not depend on the result's type.
class FutureBase {
public:
  FutureBase() noexcept = default;
  FutureBase(const FutureBase &) = delete;
  FutureBase &operator=(const FutureBase &) = delete;

  bool ready() const noexcept {
    return waiter_.load(std::memory_order_acquire) == done;
  }
  void wait() HEDDLE_SUSPENDS;
  bool wait_until(TimePoint deadline) HEDDLE_SUSPENDS;
  bool wait(const Context &context) HEDDLE_SUSPENDS;

  void retain() noexcept { users_.fetch_add(1, std::memory_order_relaxed); }
  /// Whether that was the last user.
  bool release() noexcept {
    return users_.load(std::memory_order_acquire) == 1 ||
           users_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

protected:
  ~FutureBase() = default;
  void finish() noexcept;

  std::exception_ptr error_;

private:
  struct LimitedWait;
  struct TimedWait;
  struct CancellableWait;
  static bool enlist(Task *self, void *future) noexcept;

  static constexpr std::uintptr_t nobody = 0;
  static constexpr std::uintptr_t done = 1;

  //   nobody  running, nobody waits
  //   done    the result is there, for good
  //   other   running; the address of the Task that waits
  // The waiter sets and clears its address, the task sets `done` once.
  std::atomic<std::uintptr_t> waiter_{nobody};
  std::atomic<std::uint32_t> users_{0};
};

template <class T> class FutureState : public FutureBase {
  using Held =
      std::conditional_t<std::is_void_v<T>, char,
                         std::conditional_t<std::is_reference_v<T>,
                                            std::remove_reference_t<T> *, T>>;

public:
  template <class F> void complete(F &f) noexcept {
    try {
      if constexpr (std::is_void_v<T>)
        f();
      else if constexpr (std::is_reference_v<T>)
        value_.emplace(std::addressof(f()));
      else
        value_.emplace(f());
    } catch (...) {
      error_ = std::current_exception();
    }
    finish();
  }

  T take() {
    if (error_)
      std::rethrow_exception(std::move(error_));
    if constexpr (std::is_reference_v<T>)
      return static_cast<T>(**value_);
    else if constexpr (!std::is_void_v<T>)
      return *std::move(value_);
  }

private:
  std::optional<Held> value_;
};

/// Counted reference to a FutureState.
template <class T> class StateHandle {
public:
  StateHandle() noexcept = default;
  explicit StateHandle(FutureState<T> *state) noexcept : state_(state) {
    state_->retain();
  }
  StateHandle(const StateHandle &other) noexcept : state_(other.state_) {
    if (state_)
      state_->retain();
  }
  StateHandle(StateHandle &&other) noexcept
      : state_(std::exchange(other.state_, nullptr)) {}
  StateHandle &operator=(StateHandle other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~StateHandle() {
    if (state_ && state_->release())
      delete state_;
  }

  /// Takes over a reference that somebody let go.
  static StateHandle adopt(FutureState<T> *state) noexcept {
    StateHandle handle;
    handle.state_ = state;
    return handle;
  }
  FutureState<T> *let_go() noexcept { return std::exchange(state_, nullptr); }

  void swap(StateHandle &other) noexcept { std::swap(state_, other.state_); }
  FutureState<T> *get() const noexcept { return state_; }
  FutureState<T> *operator->() const noexcept { return state_; }
  explicit operator bool() const noexcept { return state_; }

private:
  FutureState<T> *state_ = nullptr;
};

} // namespace heddle::detail
