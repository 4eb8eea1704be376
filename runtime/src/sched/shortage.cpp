// Going on where the system has no memory for another stack. The thread's own
// cannot become a task's: so only tasks that have a stack run, until one of
// them ends and leaves it to others. Those that are fresh wait: that is the
// back-pressure.

#include "io/poller.h"
#include "sched/dump.h"
#include "sched/futex.h"
#include "sched/idle.h"
#include "sched/queues.h"
#include "sched/switching.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace heddle::detail {
namespace {

constexpr std::int64_t nap = 1'000'000;
constexpr int naps_before_suspicion = 200;

// A task that has a stack; null: none may go on.
Task *find_started(Worker &worker) noexcept {
  Section section(worker);
  Task *task = std::exchange(worker.handed, nullptr);
  TaskList fresh;
  for (;;) {
    if (!task && section) {
      Processor &processor = *section.processor();
      task = take_own(worker, processor);
      if (!task)
        task = take_shared(processor);
      if (!task)
        task = steal(processor);
    }
    if (!task || task->stack)
      break;
    fresh.push(std::exchange(task, nullptr));
  }
  if (fresh.first)
    share(std::move(fresh));
  return task;
}

// Nothing runs that could end, and nothing can come that makes a task go on.
bool is_stuck() noexcept {
  return scheduler.options.report_deadlock && pending_timers() == 0 &&
         io_waiters() == 0 && !somebody_runs() && !outside_threads();
}

[[noreturn]] void report_stuck() noexcept {
  std::fflush(stdout);
  std::fputs("heddle: no memory for another task's stack, and all tasks that "
             "have one wait\n",
             stderr);
  print_tasks();
  std::_Exit(2);
}

// Naps count as waiting: see somebody_runs().
void take_nap(Worker &worker, bool suspicious) noexcept {
  std::atomic<std::uint32_t> nobody_wakes{0};
  worker.parked.store(true, std::memory_order_release);
  futex_wait(nobody_wakes, 0, nap);
  if (suspicious && is_stuck())
    report_stuck();
  worker.parked.store(false, std::memory_order_relaxed);
}

void give_up_processor(Worker &worker) noexcept {
  std::lock_guard guard(scheduler.lock);
  if (Processor *mine =
          worker.processor.exchange(nullptr, std::memory_order_acq_rel))
    list_idle(*mine);
}

} // namespace

Stack *await_stack(Worker &worker) noexcept {
  for (int naps = 0;; ++naps) {
    if (worker.left_behind.load(std::memory_order_relaxed))
      stay_behind();
    if (Stack *stack = take_stack(worker)) [[likely]]
      return stack;
    if (!worker.processor.load(std::memory_order_relaxed))
      acquire_processor(worker);
    if (Task *task = find_started(worker)) {
      naps = 0;
      if (task->stack->pins && task->stack->pinned != &worker) {
        hand_over(worker, task);
        continue;
      }
      // Until the other side arrives, as in any switch.
      worker.in_section.store(true, std::memory_order_relaxed);
      begin(worker, task);
      return task->stack;
    }
    if (scheduler.stopping.load(std::memory_order_relaxed)) {
      give_up_processor(worker);
      return nullptr;
    }
    std::int64_t now = now_ns();
    if (fire_timers(now) || poll_io(now))
      continue;
    take_nap(worker, naps > naps_before_suspicion);
  }
}

} // namespace heddle::detail
