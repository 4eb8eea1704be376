#pragma once

#include "heddle/detail/task.h"
#include "sched/ahead.h"

#include <cstddef>
#include <source_location>

namespace heddle::detail {

/// A list of free tasks, linked by `next`; the last freed is the first taken.
struct FreeTasks {
  Task *first = nullptr;
  std::size_t count = 0;

  void push(Task *task) noexcept {
    task->next = first;
    first = task;
    ++count;
  }
  Task *pop() noexcept {
    Task *task = first;
    fetch_ahead(*task);
    first = task->next;
    --count;
    return task;
  }
};

/// Where tasks come from: slabs that are never unmapped, so that any pointer to
/// a task stays readable, and all tasks can be found.
class TaskPool {
public:
  /// A batch is what moves between a processor's list and the pool at once.
  static constexpr std::size_t batch = 256;

  /// Requires: `list` is empty. False: there is no memory.
  static bool refill(FreeTasks &list) noexcept;
  /// Takes a batch out of a list of at least that many.
  static void take_back(FreeTasks &list) noexcept;
  /// Takes all.
  static void empty(FreeTasks &list) noexcept;

  /// Gives the pages of slabs whose tasks are all free back to the system.
  static void release() noexcept;

  // For threads that keep no list. Null: there is no memory.
  static Task *take_one() noexcept;
  static void put_one(Task *task) noexcept;

  /// Calls `visit(task)` for each node there is, of whatever state.
  template <class F> static void for_each(F &&visit) {
    auto call = [](void *f, Task &task) { (*static_cast<F *>(f))(task); };
    visit_all(call, &visit);
  }

  /// Where a task was spawned. It may end meanwhile, and the node be another's:
  /// then where that was.
  static std::source_location site_of(const Task &task) noexcept;
  /// The same of its stack. Only compared: it may be gone.
  static const Stack *stack_of(const Task &task) noexcept;

  /// Where the newest slab's address is kept; for debuggers.
  static const void *slabs() noexcept;

private:
  static void visit_all(void (*call)(void *, Task &), void *visit);
};

} // namespace heddle::detail
