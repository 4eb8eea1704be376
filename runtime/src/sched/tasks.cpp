// What the rest of the runtime does to tasks: makes, parks, wakes and yields
// them.

#include "heddle/spawn.h"

#include "sched/futex.h"
#include "sched/idle.h"
#include "sched/queues.h"
#include "sched/seeded.h"
#include "sched/switching.h"

#include <cstdio>
#include <cstdlib>
#include <new>
#include <sched.h>
#include <utility>

namespace heddle::detail {

Task *new_task(const std::source_location &site, const void *parent) {
  Task *task;
  if (Worker *worker = this_worker()) {
    if (!worker->free_tasks.first && !TaskPool::refill(worker->free_tasks))
        [[unlikely]]
      throw std::bad_alloc();
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
    if (!task)
      throw std::bad_alloc();
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
      if (!to) [[unlikely]] {
        worker.request = Worker::Request::await_stack;
        to = &worker.base;
      }
    }
  }
  switch_stacks(worker, *to);
  arrive();
  if (blocking)
    this_worker()->blocking.store(blocking, std::memory_order_relaxed);
}

namespace {

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
  if (worker) {
    worker->parked.store(false, std::memory_order_relaxed);
    light_barrier(); // as in begin()
  }
  self->state.store(state, std::memory_order_relaxed);
}

} // namespace

void park(WaitReason reason, Commit commit, void *arg) {
  Worker *worker = this_worker();
  if (!on_task_stack(worker)) [[unlikely]]
    return park_on_thread(current_task(), reason, commit, arg);
  if (traced()) [[unlikely]]
    trace_wait(*worker, reason);
  Task *self = worker->current.load(std::memory_order_relaxed);
  self->reason.store(reason, std::memory_order_relaxed);
  // Release: pairs with the acquire of Standstill, for Worker::current.
  self->state.store(worker->left_behind.load(std::memory_order_relaxed)
                        ? TaskState::abandoned
                        : TaskState::parked,
                    std::memory_order_release);
  suspend(*worker, commit, arg);
}

namespace {

void wake_thread_of(Task *task) noexcept {
  task->wake_word.store(1, std::memory_order_release);
  futex_wake(task->wake_word);
}

// Whether the task is to be queued; wakes it if it is not queued but waits on
// its thread.
bool make_runnable(Task *task) noexcept {
  if (task->waits_on_thread) [[unlikely]] {
    wake_thread_of(task);
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

namespace {

[[gnu::noinline]] void displace(Processor &processor, Task *task) noexcept {
  push(processor, task);
  wake_for_backlog(processor);
}

} // namespace

void ready_next(Task *task) noexcept {
  if (!make_runnable(task))
    return;
  if (Worker *worker = this_worker()) {
    Section processor(*worker);
    if (processor) {
      Task *before = processor->slot.load(std::memory_order_relaxed);
      processor->slot.store(task, std::memory_order_relaxed);
      if (before) [[unlikely]]
        displace(*processor.processor(), before);
      return;
    }
  }
  inject(task);
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

namespace {

// As suspend, without anything to do after, to a task whose stack is at hand.
void switch_to(Worker &worker, Task *self, Task *next) noexcept {
  self->stack = worker.stack;
  begin(worker, next);
  switch_stacks(worker, *next->stack);
  arrive();
}

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
    if (next->stack && !next->stack->pins) {
      // Nobody else can take it from there, so it may be there before its
      // context is saved.
      add_last(*processor, self);
      return switch_to(*worker, self, next);
    }
    put_first(*processor, next);
  }
  worker->in_section.store(false, std::memory_order_release);
  suspend(*worker, requeue_yielded, nullptr);
}

} // namespace heddle::detail

namespace heddle {

using detail::scheduler;

void yield() { detail::yield_now(); }

void checkpoint() {
  detail::Worker *worker = detail::this_worker();
  if (worker && (worker->overdue.load(std::memory_order_relaxed) ||
                 !worker->processor.load(std::memory_order_relaxed) ||
                 scheduler.stopping.load(std::memory_order_relaxed) ||
                 (detail::seeded.on() && detail::seeded.toss())))
    detail::yield_now();
}

} // namespace heddle
