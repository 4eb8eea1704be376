/// The two sides of a switch between tasks, and what threads and sections need
/// of it.
#pragma once

#include "sched/scheduler.h"
#include "trace/recorder.h"

namespace heddle::detail {

/// What every task's stack runs at first: takes up one task after the other.
[[noreturn]] void dispatch(Stack &);

/// The first thing after every switch, on the stack switched to: ends the
/// section in which the switch began, and then does what could not be done on
/// the other stack.
void arrive() noexcept;

/// Leaves the running stack, whose task's state says why, to run something
/// else.
void suspend(Worker &worker, Commit commit, void *arg) noexcept;

/// Makes a task that left its stack runnable again.
void requeue(Task *task) noexcept;

/// Runs the timers that are due. Not where a commit is pending.
void look_at_timers(Worker &worker) noexcept;

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
