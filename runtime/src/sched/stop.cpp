// Stopping the runtime: from its last task's end to the end of its threads.

#include "io/poller.h"
#include "memory/collector.h"
#include "sched/dump.h"
#include "sched/futex.h"
#include "sched/idle.h"
#include "sched/seeded.h"
#include "sched/starting.h"

#include <algorithm>
#include <mutex>
#include <vector>

namespace heddle::detail {
namespace {

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

} // namespace

void begin_stop() noexcept {
  std::lock_guard guard(scheduler.lock);
  scheduler.stopping.store(true, std::memory_order_relaxed);
  while (Worker *worker = scheduler.idle_workers) {
    unlist(*worker);
    rouse(*worker, tell_to_wake(*worker));
  }
  for (Worker *worker : scheduler.workers)
    if (worker->waits_pinned) {
      worker->wake_word.store(1, std::memory_order_release);
      futex_wake(worker->wake_word);
    }
}

void finish_stop(bool watched) noexcept {
  seeded.end();
  await_workers(scheduler.options.exit_grace);
  unwatch_quit();
  if (watched)
    stop_monitor();
  std::vector<Worker *> workers;
  bool all_finished = true;
  {
    // At once: a GracePeriod tells by the lists which workers may be gone.
    std::lock_guard guard(scheduler.lock);
    workers.swap(scheduler.workers);
    for (Worker *worker : workers)
      if (!worker->finished.load(std::memory_order_acquire)) {
        worker->left_behind.store(true, std::memory_order_relaxed);
        scheduler.left_behind.push_back(worker);
        scheduler.threads.fetch_sub(1, std::memory_order_relaxed);
      }
  }
  for (Worker *worker : workers) {
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
  forget_io_waiters();
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
  scheduler.poller.store(nullptr, std::memory_order_relaxed);
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

} // namespace heddle::detail
