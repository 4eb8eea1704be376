#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/future_state.h"
#include "heddle/time.h"

#include <exception>
#include <future>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle {

class Context;
template <class T> class Promise;
template <class T> class Future;

template <class F>
Future<std::invoke_result_t<std::decay_t<F> &>>
async(F &&f, std::source_location site = std::source_location::current())
    HEDDLE_SPAWNS;

/// The result, some day, of a task that async() started, or of a Promise.
///
/// Movable; dropping it detaches the task, whose exception is then lost.
///
/// Example: test/runtime/spawn_test.cpp, "GivesTheResult".
template <class T> class [[nodiscard]] Future {
public:
  Future() noexcept = default;
  Future(Future &&) noexcept = default;
  Future &operator=(Future &&) noexcept = default;

  /// Whether there is a task behind it: false after get() and a move.
  [[nodiscard]] bool valid() const noexcept { return bool(state_); }

  /// Whether the result is there, so that get() will not wait.
  [[nodiscard]] bool ready() const noexcept { return state_->ready(); }

  /// Waits for the result. A task that has not started yet runs within the
  /// caller. Requires: valid(), and no other task waits for it (else the
  /// program ends). Ordering: the task happens before the return.
  void wait() const HEDDLE_SUSPENDS HEDDLE_JOINS { state_->wait(); }

  /// Waits at most `d`; reports whether the result is there. Requires: as
  /// wait().
  [[nodiscard]] bool wait_for(Duration d) const HEDDLE_SUSPENDS HEDDLE_JOINS {
    return state_->wait_until(detail::deadline_after(d));
  }

  /// Waits until the result is there, or `context` ends; reports whether it is.
  /// Requires: as wait(). Cancellation: if the context has ended already,
  /// false, in any case.
  [[nodiscard]] bool
  wait(const Context &context) const HEDDLE_SUSPENDS HEDDLE_JOINS {
    return state_->wait(context);
  }

  /// Waits for the result and takes it, or throws what the task threw.
  /// Requires: as wait(). It is invalid afterwards.
  T get() HEDDLE_SUSPENDS HEDDLE_JOINS {
    detail::StateHandle<T> state = std::move(state_);
    state->wait();
    return state->take();
  }

private:
  friend class Promise<T>;
  template <class F>
  friend Future<std::invoke_result_t<std::decay_t<F> &>>
  async(F &&f, std::source_location site);

  explicit Future(detail::StateHandle<T> state) noexcept
      : state_(std::move(state)) {}

  detail::StateHandle<T> state_;
};

/// The other end of a Future, for a result that no task of its own makes.
///
/// Movable. Errors: if it is dropped before it was kept, the future throws
/// std::future_error, broken_promise.
template <class T> class Promise {
public:
  Promise() : state_(new detail::FutureState<T>) {}
  Promise(Promise &&) noexcept = default;
  Promise &operator=(Promise &&other) noexcept {
    Promise(std::move(other)).state_.swap(state_);
    return *this;
  }
  ~Promise() {
    if (state_)
      fail(std::make_exception_ptr(
          std::future_error(std::future_errc::broken_promise)));
  }

  /// The future of this promise. Requires: called once.
  Future<T> future() { return Future<T>(state_); }

  /// Keeps the promise with what `f()` returns or throws.
  /// Requires: it was not kept before.
  template <class F> void keep(F &&f) noexcept {
    std::exchange(state_, {})->complete(f);
  }

  /// Keeps the promise with `error`. Requires: it was not kept before.
  void fail(std::exception_ptr error) noexcept {
    keep([&]() -> T { std::rethrow_exception(std::move(error)); });
  }

private:
  template <typename Job, typename Result> friend class WorkerPool;
  explicit Promise(detail::StateHandle<T> state) noexcept
      : state_(std::move(state)) {}

  detail::StateHandle<T> state_;
};

} // namespace heddle
