#include "sched/scheduler.h"

#include "heddle/foreign.h"
#include "heddle/spawn.h"

#include "memory/collector.h"
#include "sched/futex.h"
#include "sched/pause.h"
#include "task/waiting.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <sched.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace heddle::detail {

Scheduler scheduler;

namespace {

// How many woken tasks a hand-over may run before the others have a turn.
constexpr std::uint32_t slot_run_limit = 64;
// How often a processor looks at what it shares with others, and at the clock.
constexpr std::uint32_t turns_between_looks = 61;
constexpr std::uint32_t most_taken = 64;
// Waking a thread costs some 10 µs: so many tasks must wait before their owner
// pays for that; fewer must have waited until the monitor comes round.
constexpr std::uint32_t backlog_to_wake_for = 32;
constexpr std::int64_t search_time = 20'000;
constexpr std::size_t stacks_kept = 32;
constexpr std::size_t tasks_kept = 2 * TaskPool::batch;
constexpr std::size_t main_stack_bytes = 8 << 20;

thread_local Worker *worker_of_thread
    __attribute__((tls_model("initial-exec"))) = nullptr;

[[gnu::noinline]] void set_this_worker(Worker *worker) noexcept {
  worker_of_thread = worker;
  asm volatile("" ::: "memory");
}

// A counter that one thread writes.
template <class T> void bump(std::atomic<T> &counter, T by = 1) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + by,
                std::memory_order_relaxed);
}

[[noreturn]] void dispatch(Stack &);
void requeue(Task *task) noexcept;

// The list of idle processors and workers. The scheduler's lock is held.

void list_idle(Processor &processor) noexcept {
  processor.holder.store(nullptr, std::memory_order_relaxed);
  // The number of processors was lowered: nobody may find this one.
  processor.retired =
      processor.index >= scheduler.procs.load(std::memory_order_relaxed);
  if (processor.retired)
    return;
  processor.next_idle = scheduler.idle_processors;
  scheduler.idle_processors = &processor;
  bump(scheduler.idle_procs, 1u);
}

Processor *unlist_processor() noexcept {
  Processor *processor = scheduler.idle_processors;
  if (processor) {
    scheduler.idle_processors = processor->next_idle;
    bump(scheduler.idle_procs, -1u);
  }
  return processor;
}

void list_idle(Worker &worker) noexcept {
  worker.next_idle = scheduler.idle_workers;
  scheduler.idle_workers = &worker;
  worker.listed = true;
  bump(scheduler.idle_threads, 1u);
}

void unlist(Worker &worker) noexcept {
  Worker **link = &scheduler.idle_workers;
  while (*link != &worker)
    link = &(*link)->next_idle;
  *link = worker.next_idle;
  worker.listed = false;
  bump(scheduler.idle_threads, -1u);
}

void assign(Worker &worker, Processor &processor) noexcept {
  // Release: the monitor looks at the worker.
  processor.holder.store(&worker, std::memory_order_release);
  worker.processor.store(&processor, std::memory_order_release);
}

void stop_searching(Worker &worker) noexcept {
  if (worker.searching) {
    worker.searching = false;
    scheduler.searching.fetch_sub(1, std::memory_order_relaxed);
  }
}

void start_searching(Worker &worker) noexcept {
  if (!worker.searching) {
    worker.searching = true;
    scheduler.searching.fetch_add(1, std::memory_order_relaxed);
  }
}

bool start_worker(Processor &processor) noexcept;

// Stacks of dispatchers.

Stack *take_stack(Worker &worker) noexcept {
  Stack *stack = worker.free_stacks;
  if (!stack)
    return StackPool::take(dispatch);
  worker.free_stacks = stack->next;
  --worker.free_stack_count;
  return stack;
}

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

// Queues. Within a section of the processor's holder.

Task *pop_batch(Processor &processor) noexcept {
  Task *task = processor.batch.pop();
  if (task)
    processor.batched.store(processor.batch.count, std::memory_order_relaxed);
  return task;
}

void put_first(Processor &processor, Task *task) noexcept {
  task->next = processor.batch.first;
  processor.batch.first = task;
  if (processor.batch.count++ == 0)
    processor.batch.last = task;
  processor.batched.store(processor.batch.count, std::memory_order_relaxed);
}

void add_batch(Processor &processor, TaskList &&tasks) noexcept {
  processor.batch.append(std::move(tasks));
  processor.batched.store(processor.batch.count, std::memory_order_relaxed);
}

void share(TaskList &&tasks) noexcept {
  std::lock_guard guard(scheduler.lock);
  std::size_t count = tasks.count;
  scheduler.queue.append(std::move(tasks));
  bump(scheduler.queued, count);
}

void push(Processor &processor, Task *task) noexcept {
  if (processor.queue.push(task)) [[likely]]
    return;
  TaskList half = processor.queue.take(RunQueue::capacity / 2);
  half.push(task);
  share(std::move(half));
}

Task *take_shared(Processor &processor) noexcept {
  if (scheduler.queued.load(std::memory_order_relaxed) == 0)
    return nullptr;
  TaskList taken;
  {
    std::lock_guard guard(scheduler.lock);
    std::size_t procs = scheduler.procs.load(std::memory_order_relaxed);
    std::size_t most =
        std::min<std::size_t>(scheduler.queue.count / procs + 1, most_taken);
    while (taken.count < most)
      if (Task *task = scheduler.queue.pop())
        taken.push(task);
      else
        break;
    scheduler.queued.store(scheduler.queue.count, std::memory_order_relaxed);
  }
  Task *first = taken.pop();
  add_batch(processor, std::move(taken));
  return first;
}

// What the processor has queued by itself; null: nothing.
Task *take_own(Worker &worker, Processor &processor) noexcept {
  if (++processor.turns % turns_between_looks == 0) [[unlikely]] {
    worker.timers_wanted = true;
    if (Task *task = take_shared(processor))
      return task;
  }
  if (Task *woken = processor.slot.load(std::memory_order_relaxed)) {
    processor.slot.store(nullptr, std::memory_order_relaxed);
    if (++processor.slot_runs < slot_run_limit)
      return woken;
    push(processor, woken);
  }
  processor.slot_runs = 0;
  if (Task *task = pop_batch(processor))
    return task;
  std::uint32_t size = processor.queue.size();
  if (size == 0)
    return nullptr;
  // Where others may want some, no more than one has a use for right now.
  bool alone = scheduler.idle_procs.load(std::memory_order_relaxed) == 0;
  TaskList taken =
      processor.queue.take(alone ? most_taken : std::max(1u, size / 4));
  Task *first = taken.pop();
  if (taken.first)
    add_batch(processor, std::move(taken));
  return first;
}

Task *steal(Processor &thief) noexcept {
  std::uint32_t procs = scheduler.procs.load(std::memory_order_relaxed);
  for (std::uint32_t i = 1; i < procs; ++i) {
    Processor *victim = scheduler.processors[(thief.index + i) % procs].load(
        std::memory_order_acquire);
    Task *stolen[most_taken];
    std::uint32_t count = victim ? victim->queue.steal(stolen, most_taken) : 0;
    if (count == 0)
      continue;
    bump(thief.steals, std::uint64_t{count});
    for (std::uint32_t k = 1; k < count; ++k)
      push(thief, stolen[k]);
    return stolen[0];
  }
  return nullptr;
}

bool work_in_sight() noexcept {
  if (scheduler.queued.load(std::memory_order_relaxed))
    return true;
  std::uint32_t procs = scheduler.procs.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < procs; ++i) {
    Processor *processor =
        scheduler.processors[i].load(std::memory_order_acquire);
    std::uint32_t size = processor ? processor->queue.size() : 0;
    if (size > 0 && size <= RunQueue::capacity)
      return true;
  }
  return false;
}

void wake_for_backlog(const Processor &processor) noexcept {
  if (scheduler.idle_procs.load(std::memory_order_relaxed) &&
      processor.queue.size() >= backlog_to_wake_for &&
      scheduler.searching.load(std::memory_order_relaxed) == 0) [[unlikely]]
    wake_worker();
}

// Switching.

void begin(Worker &worker, Task *task) noexcept {
  task->state.store(TaskState::running, std::memory_order_relaxed);
  worker.current.store(task, std::memory_order_relaxed);
  worker.overdue.store(false, std::memory_order_relaxed);
  // Release, here and where `current` is cleared: the last task's reads happen
  // before what a GracePeriod that sees this lets go.
  worker.switches.store(worker.switches.load(std::memory_order_relaxed) + 1,
                        std::memory_order_release);
}

void look_at_timers(Worker &worker) noexcept {
  worker.timers_wanted = false;
  if (std::int64_t now = now_ns(); next_timer() <= now)
    fire_timers(now);
}

// The first thing after every switch, on the stack switched to: ends the
// section in which the switch began, and then does what could not be done on
// the other stack.
void arrive() noexcept {
  Worker &worker = *this_worker();
  if (Stack *released = std::exchange(worker.released, nullptr))
    put_stack(worker, *released);
  Commit commit = std::exchange(worker.commit, nullptr);
  Task *task = worker.committed;
  void *arg = worker.commit_arg;
  worker.in_section.store(false, std::memory_order_release);
  if (commit && !commit(task, arg))
    requeue(task);
  if (worker.timers_wanted) [[unlikely]]
    look_at_timers(worker);
}

// Leaves the running stack, whose task's state says why, to run something else.
void suspend(Worker &worker, Commit commit, void *arg) noexcept {
  Stack &mine = *worker.stack;
  Task *self = worker.current.load(std::memory_order_relaxed);
  std::uint32_t blocking = worker.blocking.load(std::memory_order_relaxed);
  if (blocking)
    worker.blocking.store(0, std::memory_order_relaxed);
  self->stack = &mine;
  worker.commit = commit;
  worker.committed = self;
  worker.commit_arg = arg;

  worker.in_section.store(true, std::memory_order_relaxed);
  light_barrier();
  Processor *processor = worker.processor.load(std::memory_order_acquire);
  Stack *to;
  if (mine.pins) [[unlikely]] {
    worker.request = Worker::Request::wait_pinned;
    worker.current.store(nullptr, std::memory_order_release);
    to = &worker.base;
  } else {
    Task *next = processor ? take_own(worker, *processor) : nullptr;
    if (next && next->stack && !next->stack->pins) {
      to = next->stack;
      begin(worker, next);
    } else {
      worker.handed = next;
      worker.current.store(nullptr, std::memory_order_release);
      to = take_stack(worker);
    }
  }
  switch_stacks(worker, *to);
  arrive();
  if (blocking)
    this_worker()->blocking.store(blocking, std::memory_order_relaxed);
}

// As suspend, without anything to do after, to a task whose stack is at hand.
void switch_to(Worker &worker, Task *self, Task *next) noexcept {
  self->stack = worker.stack;
  begin(worker, next);
  switch_stacks(worker, *next->stack);
  arrive();
}

void end(Task *task) noexcept {
  Worker &worker = *this_worker();
  worker.current.store(nullptr, std::memory_order_release);
  worker.blocking.store(0, std::memory_order_relaxed);
  worker.stack->pins = 0;
  discard(task);
}

void call_closure(Task &task) noexcept {
  try {
    task.closure(task, ClosureAction::run);
  } catch (...) {
    escaped(task);
  }
}

// Gives the processor to the thread that a pinned task is bound to.
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

bool acquire_processor(Worker &worker) noexcept {
  {
    std::lock_guard guard(scheduler.lock);
    Processor *processor = unlist_processor();
    if (!processor)
      return false;
    assign(worker, *processor);
  }
  nudge_monitor();
  return true;
}

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
  guard.unlock();

  while (worker.wake_word.load(std::memory_order_acquire) == 0) {
    std::int64_t left = keeps_time ? timer - now_ns() : -1;
    if (keeps_time && left <= 0)
      break;
    futex_wait(worker.wake_word, 0, left);
  }
  if (keeps_time) {
    guard.lock();
    scheduler.timekeeper_wakes = Wheel::never;
    if (worker.listed) {
      unlist(worker);
      if (Processor *processor = unlist_processor())
        assign(worker, *processor);
    }
    guard.unlock();
    nudge_monitor();
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

[[noreturn]] void stay_behind() noexcept {
  for (;;)
    pause();
}

// Null: the caller runs on another worker now.
Task *find_work() noexcept {
  Worker &worker = *this_worker();
  if (worker.left_behind.load(std::memory_order_relaxed)) [[unlikely]]
    stay_behind();
  std::int64_t give_up = 0;
  bool after_sleep = false;
  for (;;) {
    if (Task *task = take_any(worker, std::exchange(after_sleep, false))) {
      if (worker.searching) {
        stop_searching(worker);
        if (work_in_sight())
          wake_worker();
      }
      return task;
    }
    if (!worker.processor.load(std::memory_order_relaxed) &&
        acquire_processor(worker))
      continue;
    std::int64_t now = now_ns();
    if (fire_timers(now))
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
    if (!sleep(worker))
      return nullptr;
    after_sleep = true;
  }
}

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

// Threads.

void park_pinned(Worker &worker) noexcept {
  // Away with the processor first: as soon as the task is published, somebody
  // may bring another.
  Processor *processor =
      worker.processor.exchange(nullptr, std::memory_order_acq_rel);
  worker.wake_word.store(0, std::memory_order_relaxed);
  {
    std::lock_guard guard(scheduler.lock);
    worker.waits_pinned = true;
    if (scheduler.stopping.load(std::memory_order_relaxed))
      worker.wake_word.store(1, std::memory_order_relaxed);
  }
  arrive();
  if (processor) {
    if (processor->has_work())
      give_away(*processor);
    else {
      std::unique_lock guard(scheduler.lock);
      list_idle(*processor);
      bool needed = work_in_sight();
      guard.unlock();
      if (needed)
        wake_worker();
    }
  }
  while (worker.wake_word.load(std::memory_order_acquire) == 0)
    futex_wait(worker.wake_word, 0);
  std::lock_guard guard(scheduler.lock);
  worker.waits_pinned = false;
}

void *run_worker(void *arg) noexcept {
  Worker &worker = *static_cast<Worker *>(arg);
  set_this_worker(&worker);
  adopt_thread_stack(worker.base);
  worker.stack = &worker.base;
  worker.exceptions = exception_state_of_thread();
  AlternateStack alternate;
  Stack *to = take_stack(worker);
  for (bool leaving = false; !leaving;) {
    worker.request = Worker::Request::none;
    switch_stacks(worker, *to);
    switch (worker.request) {
    case Worker::Request::none:
      std::abort();
    case Worker::Request::call:
      to = worker.caller;
      worker.call(worker.call_arg);
      break;
    case Worker::Request::wait_pinned:
      park_pinned(worker);
      if (Task *task = std::exchange(worker.resume, nullptr)) {
        to = task->stack;
        begin(worker, task);
      } else {
        leaving = true;
      }
      break;
    case Worker::Request::leave:
      arrive();
      leaving = true;
      break;
    }
  }
  give_back_stacks(worker, worker.free_stack_count);
  TaskPool::empty(worker.free_tasks);
  set_this_worker(nullptr);
  {
    std::lock_guard guard(scheduler.lock);
    if (worker.left_behind.load(std::memory_order_relaxed))
      return nullptr;
    worker.finished.store(true, std::memory_order_release);
    scheduler.threads.fetch_sub(1, std::memory_order_acq_rel);
  }
  futex_wake(scheduler.threads, INT_MAX);
  return nullptr;
}

// Takes the processor, whatever comes of it.
bool start_worker(Processor &processor) noexcept {
  auto *worker = new (std::nothrow) Worker;
  bool started = false;
  if (worker) {
    assign(*worker, processor);
    {
      std::lock_guard guard(scheduler.lock);
      scheduler.workers.push_back(worker);
      scheduler.threads.fetch_add(1, std::memory_order_relaxed);
    }
    started = pthread_create(&worker->thread, nullptr, run_worker, worker) == 0;
  }
  if (started)
    return true;
  drain(processor);
  std::lock_guard guard(scheduler.lock);
  if (worker) {
    std::erase(scheduler.workers, worker);
    scheduler.threads.fetch_sub(1, std::memory_order_relaxed);
    delete worker;
  }
  list_idle(processor);
  return false;
}

void requeue(Task *task) noexcept {
  task->state.store(TaskState::runnable, std::memory_order_relaxed);
  if (Worker *worker = this_worker()) {
    Section processor(*worker);
    if (processor) {
      push(*processor.processor(), task);
      return;
    }
  }
  inject(task);
}

// Waits on a futex: as a plain thread, or within foreign().
void park_on_thread(Task *self, WaitReason reason, Commit commit,
                    void *arg) noexcept {
  Worker *worker = this_worker();
  TaskState state = self->state.load(std::memory_order_relaxed);
  self->wake_word.store(0, std::memory_order_relaxed);
  self->waits_on_thread = true;
  self->reason.store(reason, std::memory_order_relaxed);
  if (worker) {
    self->state.store(TaskState::parked, std::memory_order_relaxed);
    worker->parked.store(true, std::memory_order_release);
  }
  if (commit(self, arg))
    while (self->wake_word.load(std::memory_order_acquire) == 0)
      futex_wait(self->wake_word, 0);
  self->waits_on_thread = false;
  if (worker)
    worker->parked.store(false, std::memory_order_relaxed);
  self->state.store(state, std::memory_order_relaxed);
}

[[gnu::noinline]] Task *outside_task() noexcept {
  struct Outside : Task {
    Outside() noexcept { state.store(TaskState::outside); }
  };
  static thread_local Outside task;
  asm volatile("" ::: "memory");
  return &task;
}

bool on_task_stack(const Worker *worker) noexcept {
  return worker && worker->stack != &worker->base &&
         worker->current.load(std::memory_order_relaxed);
}

} // namespace

[[gnu::noinline]] Worker *this_worker() noexcept {
  asm volatile("" ::: "memory");
  return worker_of_thread;
}

Task *current_task() noexcept {
  if (Worker *worker = this_worker())
    if (Task *task = worker->current.load(std::memory_order_relaxed))
      return task;
  return outside_task();
}

bool on_task() noexcept { return on_task_stack(this_worker()); }

void park(WaitReason reason, Commit commit, void *arg) {
  Worker *worker = this_worker();
  if (!on_task_stack(worker)) [[unlikely]]
    return park_on_thread(current_task(), reason, commit, arg);
  Task *self = worker->current.load(std::memory_order_relaxed);
  self->reason.store(reason, std::memory_order_relaxed);
  self->state.store(worker->left_behind.load(std::memory_order_relaxed)
                        ? TaskState::abandoned
                        : TaskState::parked,
                    std::memory_order_relaxed);
  suspend(*worker, commit, arg);
}

namespace {

// Whether the task is to be queued; wakes it if it is not queued but waits on
// its thread.
bool make_runnable(Task *task) noexcept {
  if (task->waits_on_thread) [[unlikely]] {
    task->wake_word.store(1, std::memory_order_release);
    futex_wake(task->wake_word);
    return false;
  }
  if (scheduler.stopping.load(std::memory_order_relaxed) ||
      task->state.load(std::memory_order_relaxed) == TaskState::abandoned)
      [[unlikely]]
    return false;
  task->state.store(TaskState::runnable, std::memory_order_relaxed);
  return true;
}

} // namespace

void ready(Task *task) noexcept {
  if (!make_runnable(task))
    return;
  if (Worker *worker = this_worker()) {
    Section processor(*worker);
    if (processor) {
      push(*processor.processor(), task);
      wake_for_backlog(*processor.processor());
      return;
    }
  }
  inject(task);
}

void ready_next(Task *task) noexcept {
  if (!make_runnable(task))
    return;
  if (Worker *worker = this_worker()) {
    Section processor(*worker);
    if (processor) {
      if (Task *before = processor->slot.load(std::memory_order_relaxed)) {
        push(*processor.processor(), before);
        wake_for_backlog(*processor.processor());
      }
      processor->slot.store(task, std::memory_order_relaxed);
      return;
    }
  }
  inject(task);
}

bool has_room_within() noexcept {
  Worker *worker = this_worker();
  if (!on_task_stack(worker))
    return false;
  const Stack &stack = *worker->stack;
  auto *frame = static_cast<char *>(__builtin_frame_address(0));
  return static_cast<std::size_t>(frame - stack.low) > stack.size / 2;
}

namespace {

bool requeue_yielded(Task *self, void *) noexcept {
  requeue(self);
  return true;
}

// Whether tasks that yield may go behind all others without being seen by
// thieves: what is in the queue is taken in first. Not while others are idle.
bool keep_private(Processor &processor) noexcept {
  if (processor.queue.size() == 0)
    return true;
  if (scheduler.idle_procs.load(std::memory_order_relaxed))
    return false;
  add_batch(processor, processor.queue.take(RunQueue::capacity));
  return true;
}

bool never_again(Task *, void *) noexcept { return true; }

} // namespace

void yield_now() {
  Worker *worker = this_worker();
  if (!on_task_stack(worker)) {
    sched_yield();
    return;
  }
  Task *self = worker->current.load(std::memory_order_relaxed);
  if (scheduler.stopping.load(std::memory_order_relaxed) ||
      worker->left_behind.load(std::memory_order_relaxed)) [[unlikely]] {
    self->state.store(TaskState::abandoned, std::memory_order_relaxed);
    return suspend(*worker, never_again, nullptr);
  }
  self->state.store(TaskState::runnable, std::memory_order_relaxed);
  if (worker->stack->pins || worker->blocking.load(std::memory_order_relaxed))
    return suspend(*worker, requeue_yielded, nullptr);

  worker->in_section.store(true, std::memory_order_relaxed);
  light_barrier();
  Processor *processor = worker->processor.load(std::memory_order_acquire);
  if (processor && keep_private(*processor)) {
    Task *next = take_own(*worker, *processor);
    if (!next) {
      self->state.store(TaskState::running, std::memory_order_relaxed);
      worker->in_section.store(false, std::memory_order_release);
      if (worker->timers_wanted)
        look_at_timers(*worker);
      return;
    }
    TaskList list;
    if (next->stack && !next->stack->pins) {
      // Nobody else can take it from there, so it may be there before its
      // context is saved.
      list.push(self);
      add_batch(*processor, std::move(list));
      return switch_to(*worker, self, next);
    }
    put_first(*processor, next);
  }
  worker->in_section.store(false, std::memory_order_release);
  suspend(*worker, requeue_yielded, nullptr);
}

std::uint32_t processor_index() noexcept {
  if (Worker *worker = this_worker())
    if (Processor *processor =
            worker->processor.load(std::memory_order_relaxed))
      return processor->index;
  return static_cast<std::uint32_t>(
      reinterpret_cast<std::uintptr_t>(outside_task()) / sizeof(Task) %
      max_processors);
}

Task *new_task(const std::source_location &site, const void *parent) noexcept {
  Task *task;
  if (Worker *worker = this_worker()) {
    if (!worker->free_tasks.first) [[unlikely]]
      TaskPool::refill(worker->free_tasks);
    task = worker->free_tasks.pop();
    bump(worker->spawned);
  } else {
    if (!scheduler.running.load(std::memory_order_relaxed)) {
      std::fprintf(
          stderr, "heddle: a task was spawned at %s:%u while no runtime runs\n",
          site.file_name(), static_cast<unsigned>(site.line()));
      std::abort();
    }
    task = TaskPool::take_one();
    scheduler.spawned.fetch_add(1, std::memory_order_relaxed);
  }
  task->stack = nullptr;
  task->site = site;
  task->parent.store(parent, std::memory_order_relaxed);
  task->state.store(TaskState::fresh, std::memory_order_relaxed);
  return task;
}

void enqueue(Task *task) noexcept {
  Worker *worker = this_worker();
  if (scheduler.stopping.load(std::memory_order_relaxed) ||
      (worker && worker->left_behind.load(std::memory_order_relaxed)))
      [[unlikely]] {
    task->closure(*task, ClosureAction::drop);
    return discard(task);
  }
  if (worker) {
    Section processor(*worker);
    if (processor) {
      push(*processor.processor(), task);
      wake_for_backlog(*processor.processor());
      return;
    }
  }
  inject(task);
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

Task *take_back(const void *parent) noexcept {
  Worker *worker = this_worker();
  if (!on_task_stack(worker))
    return nullptr;
  Section processor(*worker);
  return processor ? processor->queue.take_newest(parent) : nullptr;
}

void run_within(Task *task) {
  Worker *worker = this_worker();
  Task *self = worker->current.load(std::memory_order_relaxed);
  std::uint32_t pins = worker->stack->pins;
  self->reason.store(WaitReason::children, std::memory_order_relaxed);
  self->state.store(TaskState::parked, std::memory_order_relaxed);
  task->parent.store(nullptr, std::memory_order_relaxed);
  begin(*worker, task);
  call_closure(*task);
  worker = this_worker();
  worker->stack->pins = pins;
  begin(*worker, self);
  discard(task);
}

void inject(Task *task) noexcept {
  {
    std::lock_guard guard(scheduler.lock);
    scheduler.queue.push(task);
    bump(scheduler.queued, std::size_t{1});
  }
  if (scheduler.searching.load(std::memory_order_relaxed) == 0)
    wake_worker();
}

bool give_away(Processor &processor) noexcept {
  Worker *worker;
  {
    std::lock_guard guard(scheduler.lock);
    worker = scheduler.idle_workers;
    if (worker) {
      unlist(*worker);
      assign(*worker, processor);
      start_searching(*worker);
      worker->wake_word.store(1, std::memory_order_release);
    } else if (scheduler.threads.load(std::memory_order_relaxed) >=
               scheduler.options.max_threads) {
      list_idle(processor);
      return false;
    }
  }
  bump(scheduler.wakes);
  nudge_monitor();
  if (!worker)
    return start_worker(processor);
  futex_wake(worker->wake_word);
  return true;
}

void wake_worker() noexcept {
  Processor *processor;
  {
    std::lock_guard guard(scheduler.lock);
    processor = unlist_processor();
  }
  if (processor)
    give_away(*processor);
}

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

void drain(Processor &processor) noexcept {
  TaskList all = std::exchange(processor.batch, {});
  processor.batched.store(0, std::memory_order_relaxed);
  if (Task *task = processor.slot.exchange(nullptr, std::memory_order_relaxed))
    all.push(task);
  all.append(processor.queue.take(RunQueue::capacity));
  share(std::move(all));
}

std::size_t fire_timers(std::int64_t now) noexcept {
  if (scheduler.stopping.load(std::memory_order_relaxed))
    return 0;
  std::size_t fired = 0;
  for (auto &processor : scheduler.processors) {
    Processor *p = processor.load(std::memory_order_acquire);
    if (!p)
      break;
    if (p->wheel.next() <= now)
      fired += p->wheel.fire(now);
  }
  return fired;
}

std::int64_t next_timer() noexcept {
  std::int64_t earliest = Wheel::never;
  for (auto &processor : scheduler.processors) {
    Processor *p = processor.load(std::memory_order_acquire);
    if (!p)
      break;
    earliest = std::min(earliest, p->wheel.next());
  }
  return earliest;
}

std::size_t pending_timers() noexcept {
  std::size_t pending = 0;
  for (auto &processor : scheduler.processors) {
    Processor *p = processor.load(std::memory_order_acquire);
    if (!p)
      break;
    pending += p->wheel.pending();
  }
  return pending;
}

// Sections that may block, and stacks.

BlockingSection::BlockingSection() noexcept {
  Worker *worker = this_worker();
  if (!on_task_stack(worker))
    return;
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

// Runs on a stack of its own and never again after the last switch.
void call_and_return(Stack &stack) {
  auto &what = *static_cast<StackCall *>(stack.argument);
  what.call(what.arg);
  // Elsewhere, perhaps: the call may have waited.
  Worker &worker = *this_worker();
  Stack &caller = *what.caller;
  caller.pins = stack.pins;
  caller.pinned = stack.pinned;
  switch_stacks(worker, caller, true);
}

} // namespace

void call_on_stack(std::size_t bytes, void (*call)(void *), void *arg) {
  Worker *worker = this_worker();
  if (!on_task_stack(worker))
    return call(arg);
  Stack *stack = StackPool::map(bytes, call_and_return);
  if (!stack)
    throw std::bad_alloc();
  Stack &mine = *worker->stack;
  StackCall what{call, arg, &mine};
  stack->argument = &what;
  stack->pins = mine.pins;
  stack->pinned = mine.pinned;
  switch_stacks(*worker, *stack);
  StackPool::unmap(*stack);
}

// Starting and stopping.

namespace {

// Makes processors [0, count) usable. The lock is held.
void provide_processors(std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    auto &place = scheduler.processors[i];
    Processor *processor = place.load(std::memory_order_relaxed);
    if (!processor) {
      processor = new Processor(i);
      processor->wheel.clear(now_ns());
      processor->retired = true;
      place.store(processor, std::memory_order_release);
    }
    if (std::exchange(processor->retired, false))
      list_idle(*processor);
  }
}

struct MainCall {
  void (*call)(void *);
  void *arg;
  std::atomic<std::uint32_t> returned{0};
};

// Runs as the last part of the first task.
void begin_stop(MainCall &main) noexcept {
  {
    std::lock_guard guard(scheduler.lock);
    scheduler.stopping.store(true, std::memory_order_relaxed);
    while (Worker *worker = scheduler.idle_workers) {
      unlist(*worker);
      worker->wake_word.store(1, std::memory_order_release);
      futex_wake(worker->wake_word);
    }
    for (Worker *worker : scheduler.workers)
      if (worker->waits_pinned) {
        worker->wake_word.store(1, std::memory_order_release);
        futex_wake(worker->wake_word);
      }
  }
  main.returned.store(1, std::memory_order_release);
  futex_wake(main.returned);
}

bool all_at_rest() noexcept {
  std::lock_guard guard(scheduler.lock);
  return std::ranges::all_of(scheduler.workers, [](Worker *worker) {
    return worker->finished.load(std::memory_order_acquire) ||
           worker->parked.load(std::memory_order_relaxed);
  });
}

void await_workers(Duration grace) noexcept {
  std::int64_t deadline = now_ns() + grace.count();
  for (;;) {
    std::uint32_t threads = scheduler.threads.load(std::memory_order_acquire);
    std::int64_t left = deadline - now_ns();
    if (threads == 0 || all_at_rest() || left <= 0)
      return;
    futex_wait(scheduler.threads, threads,
               std::min<std::int64_t>(left, 5'000'000));
  }
}

void abandon_tasks() noexcept {
  TaskPool::for_each([](Task &task) {
    TaskState state = task.state.load(std::memory_order_relaxed);
    if (state == TaskState::free || state == TaskState::abandoned)
      return;
    if (state != TaskState::running && task.stack)
      StackPool::abandon(*task.stack);
    task.state.store(TaskState::abandoned, std::memory_order_relaxed);
  });
}

void finish_stop(bool watched) noexcept {
  await_workers(scheduler.options.exit_grace);
  if (watched)
    stop_monitor();
  std::vector<Worker *> workers;
  bool all_finished = true;
  {
    std::lock_guard guard(scheduler.lock);
    workers.swap(scheduler.workers);
  }
  for (Worker *worker : workers) {
    {
      std::lock_guard guard(scheduler.lock);
      if (!worker->finished.load(std::memory_order_acquire)) {
        worker->left_behind.store(true, std::memory_order_relaxed);
        scheduler.threads.fetch_sub(1, std::memory_order_relaxed);
      }
    }
    if (worker->left_behind.load(std::memory_order_relaxed)) {
      all_finished = false;
      if (Processor *held = worker->processor.load(std::memory_order_relaxed))
        take_from(*worker, *held);
      pthread_detach(worker->thread);
    } else {
      pthread_join(worker->thread, nullptr);
      delete worker;
    }
  }
  abandon_tasks();
  if (all_finished)
    stop_collector();
  std::lock_guard guard(scheduler.lock);
  scheduler.queue = {};
  scheduler.queued.store(0, std::memory_order_relaxed);
  scheduler.idle_processors = nullptr;
  scheduler.idle_procs.store(0, std::memory_order_relaxed);
  scheduler.idle_workers = nullptr;
  scheduler.idle_threads.store(0, std::memory_order_relaxed);
  scheduler.searching.store(0, std::memory_order_relaxed);
  scheduler.timekeeper_wakes = Wheel::never;
  for (auto &place : scheduler.processors) {
    Processor *processor = place.load(std::memory_order_relaxed);
    if (!processor)
      break;
    processor->wheel.clear(now_ns());
    processor->holder.store(nullptr, std::memory_order_relaxed);
    processor->slot.store(nullptr, std::memory_order_relaxed);
    processor->batch = {};
    processor->batched.store(0, std::memory_order_relaxed);
    processor->queue.take(RunQueue::capacity);
    processor->retired = true;
  }
  scheduler.running.store(false, std::memory_order_release);
}

void start(const Options &options) {
  static std::once_flag once;
  std::call_once(once, prepare_barriers);
  StackPool::set_stack_size(options.stack_size);
  scheduler.options = options;
  scheduler.spawned.store(0, std::memory_order_relaxed);
  scheduler.ended.store(0, std::memory_order_relaxed);
  scheduler.follows_quota = options.procs == 0;
  scheduler.stopping.store(false, std::memory_order_relaxed);
  std::uint32_t count = std::clamp(
      options.procs ? options.procs : available_procs(), 1u, max_processors);
  std::lock_guard guard(scheduler.lock);
  scheduler.procs.store(count, std::memory_order_relaxed);
  provide_processors(count);
}

} // namespace

void run_main(void (*call)(void *), void *arg, const Options &options,
              const std::source_location &site) {
  if (this_worker())
    throw std::logic_error("heddle::run called within a task");
  if (scheduler.running.exchange(true, std::memory_order_acq_rel))
    throw std::logic_error("heddle::run called while another runtime runs");
  start(options);
  start_collector(options);
  watch_overflow();
  MainCall main{call, arg};
  Task *task = new_task(site, nullptr);
  place_closure(*task, [&main] {
    call_on_stack(main_stack_bytes, main.call, main.arg);
    begin_stop(main);
  });
  Processor *first;
  {
    std::lock_guard guard(scheduler.lock);
    scheduler.queue.push(task);
    scheduler.queued.store(1, std::memory_order_relaxed);
    first = unlist_processor();
  }
  bool watched = start_monitor();
  if (!watched || !give_away(*first)) {
    task->closure(*task, ClosureAction::drop);
    discard(task);
    finish_stop(watched);
    throw std::system_error(EAGAIN, std::generic_category(),
                            "heddle::run could not start a thread");
  }
  while (main.returned.load(std::memory_order_acquire) == 0)
    futex_wait(main.returned, 0);
  finish_stop(watched);
}

void change_procs(std::uint32_t count) {
  {
    std::lock_guard guard(scheduler.lock);
    scheduler.procs.store(count, std::memory_order_relaxed);
    Processor *idle = std::exchange(scheduler.idle_processors, nullptr);
    scheduler.idle_procs.store(0, std::memory_order_relaxed);
    while (idle)
      list_idle(*std::exchange(idle, idle->next_idle));
    provide_processors(count);
  }
  retire_surplus();
  if (work_in_sight())
    wake_worker();
}

void retire_surplus() noexcept {
  for (std::uint32_t i = scheduler.procs.load(std::memory_order_relaxed);
       i < max_processors; ++i) {
    Processor *processor =
        scheduler.processors[i].load(std::memory_order_acquire);
    if (!processor)
      return;
    Worker *holder = processor->holder.load(std::memory_order_acquire);
    if (!holder || !take_from(*holder, *processor))
      continue;
    drain(*processor);
    std::lock_guard guard(scheduler.lock);
    list_idle(*processor);
  }
}

} // namespace heddle::detail

namespace heddle {

using detail::scheduler;

unsigned procs() noexcept {
  return scheduler.procs.load(std::memory_order_relaxed);
}

unsigned set_procs(unsigned n) {
  unsigned before = procs();
  scheduler.follows_quota = false;
  detail::change_procs(std::clamp(n, 1u, detail::max_processors));
  return before;
}

void yield() { detail::yield_now(); }

void checkpoint() {
  detail::Worker *worker = detail::this_worker();
  if (worker && (worker->overdue.load(std::memory_order_relaxed) ||
                 !worker->processor.load(std::memory_order_relaxed) ||
                 scheduler.stopping.load(std::memory_order_relaxed)))
    detail::yield_now();
}

} // namespace heddle
