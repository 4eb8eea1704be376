/// The two sides of a switch between tasks, and what threads and sections need
/// of it.
#pragma once

#include "sched/scheduler.h"
#include "task/sanitizers.h"
#include "trace/recorder.h"

#include <utility>

extern "C" void heddle_switch_context(void **save, void *load) noexcept;

namespace heddle::detail {

/// What every task's stack runs at first: takes up one task after the other.
[[noreturn]] void dispatch(Stack &);

/// Goes on on `to`, as switch_stacks(), but leaves exceptions alone.
inline void switch_contexts(Worker &worker, Stack &to,
                            [[maybe_unused]] bool ends) noexcept {
  Stack &from = *worker.stack;
  worker.stack = &to;
#ifdef HEDDLE_ASAN
  __sanitizer_start_switch_fiber(ends ? nullptr : &from.asan_fake, to.low,
                                 to.size);
#endif
#ifdef HEDDLE_TSAN
  __tsan_switch_to_fiber(to.tsan_fiber, 0);
#endif
  heddle_switch_context(&from.sp, to.sp);
#ifdef HEDDLE_ASAN
  __sanitizer_finish_switch_fiber(from.asan_fake, nullptr, nullptr);
#endif
}
void switch_with_exceptions(Worker &worker, Stack &to, bool ends) noexcept;

/// Goes on on `to`. Returns when somebody switches back, perhaps on another
/// worker. `ends`: nobody will.
inline void switch_stacks(Worker &worker, Stack &to,
                          bool ends = false) noexcept {
  if (worker.exceptions->caught || worker.exceptions->uncaught) [[unlikely]]
    return switch_with_exceptions(worker, to, ends);
  switch_contexts(worker, to, ends);
}

/// Keeps a stack that became free for the worker's next dispatcher.
void put_stack(Worker &worker, Stack &stack) noexcept;
/// Runs the timers that are due. Not where a commit is pending.
void look_at_timers(Worker &worker) noexcept;
/// Makes a task that left its stack runnable again.
void requeue(Task *task) noexcept;

/// The first thing after every switch, on the stack switched to: ends the
/// section in which the switch began, and then does what could not be done on
/// the other stack.
inline void arrive() noexcept {
  Worker &worker = *this_worker();
  if (worker.released) [[unlikely]]
    put_stack(worker, *std::exchange(worker.released, nullptr));
  Commit commit = std::exchange(worker.commit, nullptr);
  Task *task = worker.committed;
  void *arg = worker.commit_arg;
  worker.in_section.store(false, std::memory_order_release);
  if (commit && !commit(task, arg))
    requeue(task);
  if (worker.timers_wanted) [[unlikely]]
    look_at_timers(worker);
}

/// Leaves the running stack, whose task's state says why, to run something
/// else.
void suspend(Worker &worker, Commit commit, void *arg) noexcept;

inline bool on_task_stack(const Worker *worker) noexcept {
  return worker && worker->stack != &worker->base &&
         worker->current.load(std::memory_order_relaxed);
}

inline void begin(Worker &worker, Task *task) noexcept {
  if (traced()) [[unlikely]]
    trace_run(worker, *task);
  task->state.store(TaskState::running, std::memory_order_relaxed);
  worker.current.store(task, std::memory_order_relaxed);
  worker.overdue.store(false, std::memory_order_relaxed);
  // Release, here and where `current` is cleared: the last task's reads happen
  // before what a GracePeriod that sees this lets go.
  worker.switches.store(worker.switches.load(std::memory_order_relaxed) + 1,
                        std::memory_order_release);
  // Pairs with the GracePeriod's heavy side: the task reads nothing earlier.
  light_barrier();
}

inline void call_closure(Task &task) noexcept {
  try {
    task.closure(task, ClosureAction::run);
  } catch (...) {
    escaped(task);
  }
  if (task.locals) [[unlikely]]
    drop_locals(task);
}

/// Runs, on the thread's own stack, where there is no memory for another: tasks
/// that have one, until one can be taken. Returns what to switch to; null: the
/// runtime stops.
Stack *await_stack(Worker &worker) noexcept;

/// Gives the processor to the thread that a pinned task is bound to.
void hand_over(Worker &worker, Task *task) noexcept;

/// A dispatcher's stack, of the worker's own if it has any; null: there is no
/// memory.
inline Stack *take_stack(Worker &worker) noexcept {
  Stack *stack = worker.free_stacks;
  if (!stack)
    return StackPool::take(dispatch);
  worker.free_stacks = stack->next;
  --worker.free_stack_count;
  return stack;
}

/// Requires: the worker has that many.
void give_back_stacks(Worker &worker, std::size_t count) noexcept;

} // namespace heddle::detail
