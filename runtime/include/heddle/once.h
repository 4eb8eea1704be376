#pragma once

#include "heddle/annotations.h"
#include "heddle/mutex.h"

#include <atomic>
#include <concepts>
#include <functional>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>

namespace heddle {

/// Runs a function the first time, and never again; whoever comes meanwhile
/// waits for its end, parked.
///
/// Constant-initialised: one at namespace scope costs nothing at the start of
/// the program. Tasks and plain OS threads may use it, with or without a
/// runtime.
///
/// Requires: the function does not call the same Once (else it waits forever,
/// which the runtime reports as a deadlock).
/// Ordering: the function's end happens before the return of every call().
/// Errors: if the function throws, the exception goes to its caller, and the
/// next call(), or one that waits, runs its own.
/// Lifetime: must outlive the calls.
///
/// Example: test/runtime/once_test.cpp, "RunsOneFunctionOnce".
class Once {
public:
  constexpr Once() noexcept = default;
  Once(const Once &) = delete;
  Once &operator=(const Once &) = delete;

  /// Runs `f()`, if no call() has run one to its end before.
  /// Complexity: one load, from the second time on.
  template <std::invocable F>
  void call(F &&f) HEDDLE_CALLS_ONCE HEDDLE_SUSPENDS {
    if (done())
      return;
    std::lock_guard lock(mutex_);
    if (done_.load(std::memory_order_relaxed))
      return;
    std::invoke(std::forward<F>(f));
    // Release: pairs with done().
    done_.store(true, std::memory_order_release);
  }

  /// Whether a function has run to its end.
  [[nodiscard]] bool done() const noexcept {
    return done_.load(std::memory_order_acquire);
  }

private:
  std::atomic<bool> done_{false};
  Mutex mutex_;
};

/// A value that is made when it is first used.
///
///   Lazy<Routes> routes{[] { return load_routes("routes.conf"); }};
///   …
///   routes->find(path);
///
/// For expensive globals and members: with a function that captures nothing it
/// is constant-initialised, so that the program starts without it.
///
/// Requires: the function does not use the same Lazy (else it waits forever).
/// Ordering: making the value happens before every use of it; using it from
/// several tasks afterwards is as safe as T is.
/// Errors: an exception of the function goes to the user that came first; the
/// next one tries again.
/// Lifetime: the value lives as long as the Lazy.
///
/// Example: test/runtime/once_test.cpp, "IsMadeOnFirstUse".
template <typename T> class Lazy {
  static_assert(std::is_object_v<T>, "a Lazy holds an object");

public:
  using value_type = T;

  /// A value that `make()` will give.
  template <typename F>
    requires std::convertible_to<F, T (*)()>
  constexpr Lazy(F make) noexcept : plain_(make) {}

  /// The same for a function that captures something, as a member's may:
  ///   Lazy<Index> index_{[this] { return build_index(path_); }};
  template <typename F>
    requires(!std::convertible_to<F, T (*)()> &&
             !std::same_as<std::remove_cvref_t<F>, Lazy> &&
             std::is_invocable_r_v<T, F &>)
  Lazy(F make) : closure_(std::make_unique<Closure<F>>(std::move(make))) {}

  Lazy(const Lazy &) = delete;
  Lazy &operator=(const Lazy &) = delete;
  ~Lazy() {
    if (once_.done())
      std::destroy_at(std::addressof(value_));
  }

  /// The value; the first time, makes it.
  T &get() HEDDLE_SUSPENDS {
    provide();
    return value_;
  }
  const T &get() const HEDDLE_SUSPENDS {
    provide();
    return value_;
  }

  T &operator*() HEDDLE_SUSPENDS { return get(); }
  const T &operator*() const HEDDLE_SUSPENDS { return get(); }
  T *operator->() HEDDLE_SUSPENDS { return std::addressof(get()); }
  const T *operator->() const HEDDLE_SUSPENDS { return std::addressof(get()); }

  /// Whether the value was made.
  [[nodiscard]] bool ready() const noexcept { return once_.done(); }

private:
  struct Maker {
    Maker() = default;
    Maker(const Maker &) = delete;
    Maker &operator=(const Maker &) = delete;
    virtual ~Maker() = default;
    virtual void make(T *place) = 0;
  };
  template <typename F> struct Closure final : Maker {
    explicit Closure(F f) : f(std::move(f)) {}
    void make(T *place) override { ::new (static_cast<void *>(place)) T(f()); }
    F f;
  };

  void provide() const HEDDLE_SUSPENDS {
    once_.call([this] {
      if (plain_)
        ::new (static_cast<void *>(std::addressof(value_))) T(plain_());
      else
        closure_->make(std::addressof(value_));
    });
  }

  mutable Once once_;
  T (*const plain_)() = nullptr;
  const std::unique_ptr<Maker> closure_;
  union {
    char none_ = 0;
    mutable T value_;
  };
};

} // namespace heddle
