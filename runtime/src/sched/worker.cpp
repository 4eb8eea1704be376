// The OS threads that run tasks, and how a thread knows what it runs.

#include "sched/worker.h"
#include "io/poller.h"
#include "sched/futex.h"
#include "sched/idle.h"
#include "sched/queues.h"
#include "sched/switching.h"

#include <climits>
#include <cstdlib>
#include <mutex>
#include <new>
#include <unistd.h>
#include <utility>

namespace heddle::detail {

__attribute__((tls_model("initial-exec"), visibility("hidden"),
               used)) constinit thread_local Worker *
    worker_of_thread asm("heddle_worker_of_thread") = nullptr;

namespace {

[[gnu::noinline]] void set_this_worker(Worker *worker) noexcept {
  worker_of_thread = worker;
  asm volatile("" ::: "memory");
}

[[gnu::noinline]] Task *outside_task() noexcept {
  struct Outside : Task {
    Outside() noexcept { state.store(TaskState::outside); }
    ~Outside() { drop_locals(*this); }
  };
  static thread_local Outside task;
  asm volatile("" ::: "memory");
  return &task;
}

} // namespace

#if !defined(__x86_64__)
[[gnu::noinline]] Worker *this_worker() noexcept {
  asm volatile("" ::: "memory");
  return worker_of_thread;
}
#endif

Task *current_task() noexcept {
  if (Worker *worker = this_worker())
    if (Task *task = worker->current.load(std::memory_order_relaxed))
      return task;
  return outside_task();
}

bool on_task() noexcept { return on_task_stack(this_worker()); }

std::uint32_t processor_index() noexcept {
  if (Worker *worker = this_worker())
    if (Processor *processor =
            worker->processor.load(std::memory_order_relaxed))
      return processor->index;
  return static_cast<std::uint32_t>(
      reinterpret_cast<std::uintptr_t>(outside_task()) / sizeof(Task) %
      max_processors);
}

namespace {

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
      bool needed = work_in_sight() || io_unattended();
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
  if (Section section(worker); section)
    section->holder.store(&worker, std::memory_order_release);
  Stack *to = await_stack(worker);
  for (bool leaving = !to; !leaving;) {
    worker.request = Worker::Request::none;
    switch_stacks(worker, *to);
    switch (worker.request) {
    case Worker::Request::none:
      std::abort();
    case Worker::Request::wait_pinned:
      park_pinned(worker);
      if (Task *task = std::exchange(worker.resume, nullptr)) {
        to = task->stack;
        begin(worker, task);
      } else {
        leaving = true;
      }
      break;
    case Worker::Request::await_stack:
      arrive();
      to = await_stack(worker);
      leaving = !to;
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

} // namespace

namespace {

// Lists a worker that has the processor; null: there is no memory.
Worker *list_worker(Processor &processor) noexcept {
  std::lock_guard guard(scheduler.lock);
  Worker *worker = scheduler.spare_workers;
  if (worker)
    scheduler.spare_workers = worker->next_idle;
  else if (!(worker = new (std::nothrow) Worker))
    return nullptr;
  worker->next_idle = nullptr;
  worker->processor.store(&processor, std::memory_order_release);
  try {
    scheduler.workers.push_back(worker);
  } catch (const std::bad_alloc &) {
    worker->next_idle = std::exchange(scheduler.spare_workers, worker);
    return nullptr;
  }
  return worker;
}

void unlist_worker(Worker &worker) noexcept {
  std::lock_guard guard(scheduler.lock);
  std::erase(scheduler.workers, &worker);
  worker.next_idle = std::exchange(scheduler.spare_workers, &worker);
}

} // namespace

bool start_worker(Processor &processor) noexcept {
  // The thread says by itself that it is the holder: one that does not come up
  // was never seen by the monitor, and may go.
  processor.holder.store(nullptr, std::memory_order_relaxed);
  if (Worker *worker = list_worker(processor)) {
    if (pthread_create(&worker->thread, nullptr, run_worker, worker) == 0)
      return true;
    unlist_worker(*worker);
  }
  scheduler.threads.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

void stay_behind() noexcept {
  for (;;)
    pause();
}

} // namespace heddle::detail
