#pragma once

#include "heddle/annotations.h"
#include "heddle/context.h"
#include "heddle/detail/task.h"
#include "heddle/semaphore.h"
#include "heddle/time.h"
#include "heddle/wait_group.h"

#include <atomic>
#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <source_location>
#include <utility>

namespace heddle {

/// Tasks that succeed or fail together: wait() waits for all of them, and
/// throws the first exception that one let escape.
///
///   TaskGroup group;
///   for (const Url &url : urls)
///     group.spawn([&](const Context &context) { fetch(context, url); });
///   group.wait();
///
/// The first exception ends the group's context, which tells the tasks under
/// way that what they do is not wanted any more; those that have not begun by
/// then are left out. Where the context ends for another reason nobody is left
/// out: the tasks see it, and wait() throws nothing of its own.
///
/// Ordering: the tasks happen before the return of the wait() that waited for
/// them.
/// Cancellation: the end of the parent's context ends the group's.
/// Errors: a failed group stays so: it runs no more tasks, and each wait()
/// throws the same exception.
/// Lifetime: the destructor ends the context and waits for the tasks; what they
/// throw then is dropped. Wait before, to know.
///
/// Example: test/runtime/task_group_test.cpp, "WaitsForAll".
class TaskGroup {
public:
  /// An empty group, whose context is a child of `parent`.
  explicit TaskGroup(const Context &parent = background())
      : cancellation_(with_cancel(parent)) {}
  TaskGroup(const TaskGroup &) = delete;
  TaskGroup &operator=(const TaskGroup &) = delete;
  ~TaskGroup() HEDDLE_SUSPENDS HEDDLE_JOINS {
    cancel();
    tasks_.wait();
  }

  /// Lets at most `n` tasks of the group be alive at once; 0: any number, as at
  /// first. Requires: none is alive now (not checked).
  void set_limit(std::size_t n) HEDDLE_BOUNDS_SPAWNS;

  /// Runs `f()`, or `f(context())`, as a task of the group, waiting until the
  /// limit allows it.
  /// Requires: with a limit, not from a task of the same group, which would
  /// hold its own place while it waits for another.
  template <class F>
    requires std::invocable<std::decay_t<F> &> ||
             std::invocable<std::decay_t<F> &, const Context &>
  void spawn(F &&f, std::source_location site = std::source_location::current())
      HEDDLE_SPAWNS HEDDLE_COUNTS_UP HEDDLE_SUSPENDS {
    detail::spawn_closure(
        [place = Place(*this), f = std::forward<F>(f)]() mutable {
          place.group->attempt(f);
        },
        site, &tasks_);
  }

  /// Waits for all tasks, then throws the first exception, if there was one.
  /// Tasks that have not started yet run within the caller meanwhile. The group
  /// may be used again.
  void wait() HEDDLE_SUSPENDS HEDDLE_JOINS {
    tasks_.wait();
    if (error_)
      std::rethrow_exception(error_);
  }

  /// Waits as wait() does, but at most `d`; reports whether all tasks have
  /// ended.
  [[nodiscard]] bool wait_for(Duration d) HEDDLE_SUSPENDS HEDDLE_JOINS {
    if (!tasks_.wait_for(d))
      return false;
    wait();
    return true;
  }

  /// What tells the tasks to stop: ends with the first exception, with
  /// cancel(), with the parent's context, or with the group.
  [[nodiscard]] const Context &context() const noexcept {
    return cancellation_.context;
  }

  /// Ends the context: asks the tasks to stop. Never waits.
  void cancel() const noexcept HEDDLE_ENDS_CONTEXT { cancellation_.cancel(); }

private:
  // A task's place among those that the limit allows and wait() waits for.
  // Destroyed in the closure after f.
  struct Place {
    TaskGroup *group;
    explicit Place(TaskGroup &g) HEDDLE_SUSPENDS : group(&g) { g.enter(); }
    Place(Place &&other) noexcept
        : group(std::exchange(other.group, nullptr)) {}
    ~Place() {
      if (group)
        group->leave();
    }
  };

  void enter() HEDDLE_SUSPENDS {
    if (slots_)
      slots_->acquire();
    tasks_.add();
  }
  void leave() noexcept {
    if (slots_)
      slots_->release();
    tasks_.done();
  }

  template <class F> void attempt(F &f) noexcept {
    if (failed_.load(std::memory_order_relaxed))
      return;
    try {
      if constexpr (std::invocable<F &>)
        std::invoke(f);
      else
        std::invoke(f, context());
    } catch (...) {
      fail(std::current_exception());
    }
  }
  void fail(std::exception_ptr error) noexcept;

  const Cancellation cancellation_;
  std::optional<Semaphore> slots_;
  WaitGroup tasks_;
  std::atomic<bool> failed_{false};
  // Written once, by the task that set failed_, before it leaves.
  std::exception_ptr error_;
};

} // namespace heddle
