// Tasks that go on without a processor, because they block, or on another
// stack.

#include "heddle/foreign.h"

#include "sched/idle.h"
#include "sched/pause.h"
#include "sched/switching.h"

#include <new>
#include <sched.h>

namespace heddle::detail {

bool take_from(Worker &worker, Processor &processor) noexcept {
  Processor *expected = &processor;
  if (!worker.processor.compare_exchange_strong(expected, nullptr,
                                                std::memory_order_acq_rel))
    return false;
  heavy_barrier();
  for (int i = 0; worker.in_section.load(std::memory_order_acquire); ++i) {
    if (i < 100)
      cpu_pause();
    else
      sched_yield();
  }
  return true;
}

BlockingSection::BlockingSection() noexcept {
  Worker *worker = this_worker();
  if (!on_task_stack(worker))
    return;
  if (traced()) [[unlikely]]
    trace_section(*worker, true);
  bump(worker->blocking_sections);
  bump(worker->blocking);
  // The monitor looks at sections every 20 µs, but only while it has reason to.
  Section processor(*worker);
  if (processor && (processor->has_work() ||
                    scheduler.queued.load(std::memory_order_relaxed)))
    nudge_monitor(blocking_patience);
}

BlockingSection::~BlockingSection() {
  Worker *worker = this_worker();
  if (!on_task_stack(worker))
    return;
  if (traced()) [[unlikely]]
    trace_section(*worker, false);
  bump(worker->blocking, -1u);
  if (worker->blocking.load(std::memory_order_relaxed) == 0 &&
      !worker->processor.load(std::memory_order_relaxed))
    regain_processor();
}

void regain_processor() noexcept {
  Worker &worker = *this_worker();
  if (worker.left_behind.load(std::memory_order_relaxed)) [[unlikely]]
    stay_behind();
  if (acquire_processor(worker))
    return;
  Task *self = worker.current.load(std::memory_order_relaxed);
  self->state.store(TaskState::runnable, std::memory_order_relaxed);
  suspend(
      worker,
      [](Task *task, void *) noexcept {
        inject(task);
        return true;
      },
      nullptr);
}

void call_on_thread_stack(void (*call)(void *), void *arg) {
  Worker *worker = this_worker();
  if (!on_task_stack(worker))
    return call(arg);
  worker->request = Worker::Request::call;
  worker->call = call;
  worker->call_arg = arg;
  worker->caller = worker->stack;
  switch_stacks(*worker, worker->base);
}

namespace {

struct StackCall {
  void (*call)(void *);
  void *arg;
  Stack *caller;
};

// Runs one call after the other; between two, the stack is in the pool.
void run_calls(Stack &stack) {
  for (;;) {
    auto &what = *static_cast<StackCall *>(stack.argument);
    what.call(what.arg);
    // Elsewhere, perhaps: the call may have waited.
    Worker &worker = *this_worker();
    Stack &caller = *what.caller;
    caller.pins = stack.pins;
    caller.pinned = stack.pinned;
    switch_stacks(worker, caller);
  }
}

} // namespace

void call_on_stack(std::size_t bytes, void (*call)(void *), void *arg) {
  Worker *worker = this_worker();
  if (!on_task_stack(worker))
    return call(arg);
  Stack *stack = StackPool::take_large(bytes, run_calls);
  if (!stack)
    throw std::bad_alloc();
  Stack &mine = *worker->stack;
  StackCall what{call, arg, &mine};
  stack->argument = &what;
  stack->pins = mine.pins;
  stack->pinned = mine.pinned;
  switch_stacks(*worker, *stack);
  // Where the call has waited; from here on the stack may be unmapped.
  current_task()->stack = nullptr;
  StackPool::put_large(*stack);
}

} // namespace heddle::detail
