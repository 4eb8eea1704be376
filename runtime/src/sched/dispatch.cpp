// Running one task after the other, and looking for them. A dispatcher's stack
// becomes the task's as soon as that waits; see docs/runtime/scheduler.md.

#include "io/poller.h"
#include "sched/futex.h"
#include "sched/idle.h"
#include "sched/pause.h"
#include "sched/queues.h"
#include "sched/seeded.h"
#include "sched/switching.h"

#include <mutex>
#include <utility>

namespace heddle::detail {
namespace {

constexpr std::int64_t search_time = 20'000;
constexpr std::size_t stacks_kept = 32;
constexpr std::size_t tasks_kept = 2 * TaskPool::batch;

} // namespace

void give_back_stacks(Worker &worker, std::size_t count) noexcept {
  if (count == 0)
    return;
  Stack *first = worker.free_stacks;
  Stack *last = first;
  for (std::size_t i = 1; i < count; ++i)
    last = last->next;
  worker.free_stacks = last->next;
  worker.free_stack_count -= count;
  StackPool::put(first, last);
}

void put_stack(Worker &worker, Stack &stack) noexcept {
  stack.next = worker.free_stacks;
  worker.free_stacks = &stack;
  if (++worker.free_stack_count > stacks_kept)
    give_back_stacks(worker, stacks_kept / 2);
}

void look_at_timers(Worker &worker) noexcept {
  worker.timers_wanted = false;
  std::int64_t now = now_ns();
  if (next_timer() <= now)
    fire_timers(now);
  if (io_unattended(now))
    poll_io(now);
}

void discard(Task *task) noexcept {
  task->state.store(TaskState::free, std::memory_order_relaxed);
  if (Worker *worker = this_worker()) {
    bump(worker->ended);
    worker->free_tasks.push(task);
    if (worker->free_tasks.count > tasks_kept) [[unlikely]]
      TaskPool::take_back(worker->free_tasks);
  } else {
    TaskPool::put_one(task);
    scheduler.ended.fetch_add(1, std::memory_order_relaxed);
  }
}

namespace {

void end(Task *task) noexcept {
  Worker &worker = *this_worker();
  worker.current.store(nullptr, std::memory_order_release);
  worker.blocking.store(0, std::memory_order_relaxed);
  worker.stack->pins = 0;
  discard(task);
}

} // namespace

void hand_over(Worker &worker, Task *task) noexcept {
  Processor *processor =
      worker.processor.exchange(nullptr, std::memory_order_acq_rel);
  if (!processor)
    return inject(task);
  Worker &bound = *task->stack->pinned;
  bound.resume = task;
  assign(bound, *processor);
  bound.wake_word.store(1, std::memory_order_release);
  futex_wake(bound.wake_word);
}

namespace {

void run(Task *task) noexcept {
  Worker &worker = *this_worker();
  if (Stack *stack = task->stack) {
    if (stack->pins && stack->pinned != &worker)
      return hand_over(worker, task);
    worker.in_section.store(true, std::memory_order_relaxed);
    worker.released = worker.stack;
    begin(worker, task);
    switch_stacks(worker, *stack);
    arrive();
    return;
  }
  task->parent.store(nullptr, std::memory_order_relaxed);
  begin(worker, task);
  call_closure(*task);
  end(task);
}

// Looking for work, on a dispatcher's stack, which stays on its worker
// meanwhile.

// Ends the worker's thread. Returns on another one, some day, when this stack
// is taken again.
void leave(Worker &worker) noexcept {
  worker.request = Worker::Request::leave;
  worker.released = worker.stack;
  switch_stacks(worker, worker.base);
  arrive();
}

// Sleeps until there may be work; returns with a processor, or without. False:
// the caller runs on another worker now.
bool sleep(Worker &worker) noexcept {
  std::unique_lock guard(scheduler.lock);
  bool stopping = scheduler.stopping.load(std::memory_order_relaxed);
  bool holds = worker.processor.load(std::memory_order_relaxed);
  if (work_in_sight()) {
    if (holds)
      return true;
    if (Processor *processor = unlist_processor()) {
      assign(worker, *processor);
      guard.unlock();
      nudge_monitor();
      return true;
    }
  }
  stop_searching(worker);
  if (Processor *mine =
          worker.processor.exchange(nullptr, std::memory_order_acq_rel))
    list_idle(*mine);
  if (stopping) {
    guard.unlock();
    leave(worker);
    return false;
  }
  worker.wake_word.store(0, std::memory_order_relaxed);
  list_idle(worker);
  std::int64_t timer = next_timer();
  bool keeps_time = timer < scheduler.timekeeper_wakes;
  if (keeps_time)
    scheduler.timekeeper_wakes = timer;
  worker.polls = io_unattended();
  if (worker.polls)
    scheduler.poller.store(&worker, std::memory_order_relaxed);
  guard.unlock();

  IoEvents events;
  while (worker.wake_word.load(std::memory_order_acquire) == 0 &&
         events.empty()) {
    std::int64_t left = keeps_time ? timer - now_ns() : -1;
    if (keeps_time && left <= 0)
      break;
    if (worker.polls)
      events.wait(left);
    else
      futex_wait(worker.wake_word, 0, left);
  }
  if (keeps_time || worker.polls) {
    guard.lock();
    if (keeps_time)
      scheduler.timekeeper_wakes = Wheel::never;
    if (std::exchange(worker.polls, false))
      scheduler.poller.store(nullptr, std::memory_order_relaxed);
    if (worker.listed) {
      unlist(worker);
      if (Processor *processor = unlist_processor())
        assign(worker, *processor);
    }
    guard.unlock();
    nudge_monitor();
    events.deliver();
    fire_timers(now_ns());
  }
  return true;
}

bool may_search(const Worker &worker) noexcept {
  std::uint32_t procs = scheduler.procs.load(std::memory_order_relaxed);
  std::uint32_t busy =
      procs - scheduler.idle_procs.load(std::memory_order_relaxed);
  return busy > 1 &&
         (worker.searching ||
          scheduler.searching.load(std::memory_order_relaxed) * 2 < busy);
}

// After a sleep, what others shared meanwhile is older than what the timers
// woke.
Task *take_any(Worker &worker, bool after_sleep) noexcept {
  Section section(worker);
  if (!section)
    return nullptr;
  Processor &processor = *section.processor();
  Task *task = after_sleep ? take_shared(processor) : nullptr;
  if (!task)
    task = take_own(worker, processor);
  if (!task)
    task = take_shared(processor);
  if (!task)
    task = steal(processor);
  return task;
}

// Null: the caller runs on another worker now.
Task *find_work() noexcept {
  Worker &worker = *this_worker();
  if (worker.left_behind.load(std::memory_order_relaxed)) [[unlikely]]
    stay_behind();
  std::int64_t give_up = 0;
  bool after_sleep = false, told_idle = false;
  for (;;) {
    if (Task *task = take_any(worker, std::exchange(after_sleep, false))) {
      if (worker.searching) {
        stop_searching(worker);
        // Pairs with inject()'s.
        std::atomic_thread_fence(std::memory_order_seq_cst);
        if (work_in_sight())
          wake_worker();
      }
      return task;
    }
    if (traced() && !std::exchange(told_idle, true)) [[unlikely]]
      trace_idle(worker);
    if (!worker.processor.load(std::memory_order_relaxed) &&
        acquire_processor(worker))
      continue;
    std::int64_t now = now_ns();
    if (fire_timers(now) + poll_io(now))
      continue;
    if (give_up == 0 && may_search(worker)) {
      start_searching(worker);
      give_up = now + search_time;
    }
    if (now < give_up) {
      for (int i = 0; i < 16; ++i)
        cpu_pause();
      continue;
    }
    scheduler.searched.fetch_add(give_up ? search_time : 0,
                                 std::memory_order_relaxed);
    give_up = 0;
    if (seeded.on() && seeded.advance_time())
      continue;
    if (!sleep(worker))
      return nullptr;
    after_sleep = true;
  }
}

} // namespace

void dispatch(Stack &) {
  arrive();
  for (;;) {
    Task *task = std::exchange(this_worker()->handed, nullptr);
    if (!task)
      task = find_work();
    if (task)
      run(task);
  }
}

} // namespace heddle::detail
