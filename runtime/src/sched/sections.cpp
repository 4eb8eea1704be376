// Tasks that go on without a processor, because they block, or on another
// stack.

#include "heddle/foreign.h"

#include "sched/idle.h"
#include "sched/pause.h"
#include "sched/switching.h"

#include <new>
#include <sched.h>

extern "C" void heddle_call_below(void *context, void (*call)(void *),
                                  void *arg);

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

namespace {

struct ThreadCall {
  void (*call)(void *);
  void *arg;
  Stack &caller;
  Stack &base;
};

// On the thread's stack.
void run_thread_call(void *arg) {
  auto &what = *static_cast<ThreadCall *>(arg);
#ifdef HEDDLE_ASAN
  __sanitizer_finish_switch_fiber(what.base.asan_fake, nullptr, nullptr);
#endif
  what.call(what.arg);
#ifdef HEDDLE_ASAN
  __sanitizer_start_switch_fiber(&what.base.asan_fake, what.caller.low,
                                 what.caller.size);
#endif
}

} // namespace

// A call, and no switch: what waits there waits with the thread, so that the
// worker stays the same.
void call_on_thread_stack(void (*call)(void *), void *arg) {
  Worker *worker = this_worker();
  if (!on_task_stack(worker))
    return call(arg);
  ThreadCall what{call, arg, *worker->stack, worker->base};
  worker->stack = &what.base;
#ifdef HEDDLE_ASAN
  __sanitizer_start_switch_fiber(&what.caller.asan_fake, what.base.low,
                                 what.base.size);
#endif
#ifdef HEDDLE_TSAN
  __tsan_switch_to_fiber(what.base.tsan_fiber, 0);
#endif
  heddle_call_below(what.base.sp, run_thread_call, &what);
#ifdef HEDDLE_TSAN
  __tsan_switch_to_fiber(what.caller.tsan_fiber, 0);
#endif
#ifdef HEDDLE_ASAN
  __sanitizer_finish_switch_fiber(what.caller.asan_fake, nullptr, nullptr);
#endif
  worker->stack = &what.caller;
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
