/// For tests that hold on a machine where any thread may lose its CPU for
/// seconds. Beside heddle/testing.h, whose namespace hides GoogleTest's.
#pragma once

#include "heddle/runtime.h"
#include "heddle/stats.h"

#include <mutex>
#include <utility>
#include <vector>

namespace heddle {

/// testing::settle().
void settle();

/// What `f()` returns, which runs on one processor and one task at a time:
/// again if a task's thread lost its CPU for so long that the processor went to
/// another, and two tasks ran at once. What they share needs a lock for that.
template <class F> auto run_in_turn(F f) {
  for (bool in_turn = false;;) {
    auto result = run(
        [&] {
          const std::uint64_t before = stats().hand_offs;
          auto result = f();
          in_turn = stats().hand_offs == before;
          return result;
        },
        {.procs = 1});
    if (in_turn)
      return result;
  }
}

/// What tasks did, in order.
template <class T> class Log {
public:
  void add(T what) {
    std::lock_guard guard(mutex_);
    entries_.push_back(std::move(what));
  }
  std::vector<T> entries() const {
    std::lock_guard guard(mutex_);
    return entries_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<T> entries_;
};

} // namespace heddle
