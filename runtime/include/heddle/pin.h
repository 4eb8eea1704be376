#pragma once

#include "heddle/annotations.h"

#include "heddle/runtime.h"

#include <memory>
#include <source_location>
#include <type_traits>

namespace heddle {

/// Binds the calling task to the thread it runs on, until unpin_thread().
/// Nests.
///
/// A pinned task costs a thread: while it waits its thread waits with it, and
/// each wake is a thread's wake. For libraries that keep state by thread (GL,
/// Lua, GUI toolkits, signal masks), not for speed. No effect on a plain OS
/// thread. A task that ends is unpinned.
void pin_thread(std::source_location site =
                    std::source_location::current()) noexcept HEDDLE_PINS;

/// Undoes one pin_thread().
/// Requires: the calling task is pinned (else the program ends).
void unpin_thread() noexcept HEDDLE_UNPINS;

/// Pins the calling task to its thread for the life of the guard.
class HEDDLE_PINS_SCOPE [[nodiscard]] ThreadPin {
public:
  explicit ThreadPin(std::source_location site =
                         std::source_location::current()) noexcept HEDDLE_PINS {
    pin_thread(site);
  }
  ~ThreadPin() HEDDLE_UNPINS { unpin_thread(); }
  ThreadPin(const ThreadPin &) = delete;
  ThreadPin &operator=(const ThreadPin &) = delete;
};

/// A few tasks, each pinned to a thread for life, that run functions for
/// others.
///
///   PinnedPool gl(1);
///   …
///   Image image = gl.run([&] { return render(scene); });
///
/// For libraries that keep state by thread and are called often: pinning for
/// each call would bind another thread each time. With one thread, calls also
/// exclude each other.
///
/// Fairness: calls are begun in the order they came.
/// Lifetime: may be made before a runtime runs; the threads start with the
/// first run(), and again with the first in a later runtime. The destructor
/// ends them. Requires: no run() is under way then (asserted).
///
/// Example: test/runtime/pinned_pool_test.cpp, "Example".
class PinnedPool {
public:
  /// Requires: `threads` is positive (asserted).
  explicit PinnedPool(
      unsigned threads = 1,
      std::source_location site = std::source_location::current());
  PinnedPool(const PinnedPool &) = delete;
  PinnedPool &operator=(const PinnedPool &) = delete;
  ~PinnedPool() HEDDLE_SUSPENDS;

  /// Runs `f()` on one of the threads and returns its result, or throws its
  /// exception. Called from within such an `f`, it calls `f` at once.
  ///
  /// The caller waits meanwhile; it may be a plain thread.
  /// Requires: a runtime is running.
  template <class F>
  std::invoke_result_t<F &>
  run(F &&f) HEDDLE_SUSPENDS HEDDLE_CALLS_ARGUMENT HEDDLE_RUNS_PINNED {
    return detail::carry_result(f, [this](auto &&body) {
      using Body = std::remove_reference_t<decltype(body)>;
      call([](void *b) { (*static_cast<Body *>(b))(); }, &body);
    });
  }

private:
  struct Threads;

  void call(void (*call)(void *), void *arg) HEDDLE_SUSPENDS;
  std::shared_ptr<Threads> started();

  const unsigned count_;
  const std::source_location site_;
  detail::SpinLock lock_;
  std::shared_ptr<Threads> threads_; // guarded by lock_
};

} // namespace heddle
