// Starting the runtime, and stopping it once its function has returned.

#include "heddle/foreign.h"

#include "memory/collector.h"
#include "sched/futex.h"
#include "sched/idle.h"

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace heddle::detail {

Scheduler scheduler;

namespace {

constexpr std::size_t main_stack_bytes = 8 << 20;

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

} // namespace heddle::detail
