#pragma once

#include "heddle/annotations.h"

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace heddle {

/// Calls a function at the end of the scope, however that is left.
///
///   ScopeExit close{[&] { ::close(descriptor); }};
///
/// Errors: what the function throws ends the program: the scope may be left by
/// an exception already.
///
/// Example: test/runtime/defer_test.cpp, "ScopeExit.RunsAtTheEndOfItsScope".
template <class F> class [[nodiscard]] ScopeExit {
public:
  explicit ScopeExit(F f) noexcept(std::is_nothrow_move_constructible_v<F>)
      : f_(std::move(f)) {}
  ScopeExit(const ScopeExit &) = delete;
  ScopeExit &operator=(const ScopeExit &) = delete;
  ~ScopeExit() {
    if (armed_)
      f_();
  }

  /// Leaves the function uncalled.
  void release() noexcept { armed_ = false; }

private:
  F f_;
  bool armed_ = true;
};

/// Functions to call at the end of the stack's life, the last first: for
/// clean-ups whose number is known only at run time.
///
/// In a loop whose rounds clean up after themselves a ScopeExit in the body is
/// right: a stack outside it holds everything until the end (see
/// heddle-defer-in-loop).
///
/// One task uses it at a time.
/// Errors: what a function throws out of the destructor ends the program;
/// run() passes it on.
///
/// Example: test/runtime/defer_test.cpp, "DeferStack.RunsTheLastFirst".
class DeferStack {
public:
  constexpr DeferStack() noexcept = default;
  DeferStack(const DeferStack &) = delete;
  DeferStack &operator=(const DeferStack &) = delete;
  ~DeferStack() {
    while (top_)
      pop()->call();
  }

  /// Keeps `f` to call it before all that was pushed earlier.
  /// Errors: if there is no memory for it, `f` is called at once, and
  /// std::bad_alloc thrown.
  template <class F> void push(F &&f) HEDDLE_DEFERS {
    std::unique_ptr<Entry> entry;
    try {
      entry = std::make_unique<Closure<std::decay_t<F>>>(std::forward<F>(f));
    } catch (...) {
      f();
      throw;
    }
    entry->below = std::move(top_);
    top_ = std::move(entry);
  }

  /// Calls all functions now, and forgets them. All are called, whatever some
  /// throw; the first exception is then passed on.
  void run() {
    std::exception_ptr first;
    while (top_) {
      try {
        pop()->call();
      } catch (...) {
        if (!first)
          first = std::current_exception();
      }
    }
    if (first)
      std::rethrow_exception(std::move(first));
  }

  /// Forgets all functions, uncalled.
  void release() noexcept {
    while (top_)
      pop();
  }

  [[nodiscard]] bool empty() const noexcept { return !top_; }

private:
  struct Entry {
    virtual ~Entry() = default;
    virtual void call() = 0;

    std::unique_ptr<Entry> below;
  };

  template <class F> struct Closure final : Entry {
    template <class G> explicit Closure(G &&g) : f(std::forward<G>(g)) {}
    void call() override { f(); }

    F f;
  };

  std::unique_ptr<Entry> pop() noexcept {
    std::unique_ptr<Entry> entry = std::move(top_);
    top_ = std::move(entry->below);
    return entry;
  }

  std::unique_ptr<Entry> top_;
};

} // namespace heddle
