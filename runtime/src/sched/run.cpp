// Starting the runtime, and calls into it from outside.

#include "heddle/foreign.h"

#include "memory/collector.h"
#include "sched/cpus.h"
#include "sched/dump.h"
#include "sched/futex.h"
#include "sched/idle.h"
#include "sched/seeded.h"
#include "sched/starting.h"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace heddle::detail {

namespace {

constexpr std::size_t main_stack_bytes = 8 << 20;

// A call that a thread outside waits for.
struct OutsideCall {
  void (*call)(void *);
  void *arg;
  std::exception_ptr error;
  std::atomic<std::uint32_t> returned{0};

  void make() noexcept {
    try {
      call_on_stack(main_stack_bytes, call, arg);
    } catch (...) {
      error = std::current_exception();
    }
    drop_locals(*current_task());
  }
  // The thread may be slow to wake up, but waits for no task any more.
  void report() noexcept {
    scheduler.callers.fetch_sub(1, std::memory_order_relaxed);
    returned.store(1, std::memory_order_release);
    futex_wake(returned);
  }
  void wait() {
    while (returned.load(std::memory_order_acquire) == 0)
      futex_wait(returned, 0);
  }
  void rethrow() {
    if (error)
      std::rethrow_exception(std::move(error));
  }
};

// Takes the only runtime there can be.
void prepare(const Options &options) {
  if (this_worker())
    throw std::logic_error("heddle: a runtime was started within a task");
  if (scheduler.running.exchange(true, std::memory_order_acq_rel))
    throw std::logic_error("heddle: a runtime was started while one runs");
  try {
    static std::once_flag once;
    std::call_once(once, prepare_barriers);
    StackPool::set_stack_size(options.stack_size);
    scheduler.options = options;
    scheduler.generation.fetch_add(1, std::memory_order_relaxed);
    scheduler.spawned.store(0, std::memory_order_relaxed);
    scheduler.ended.store(0, std::memory_order_relaxed);
    scheduler.follows_quota = options.procs == 0;
    scheduler.stopping.store(false, std::memory_order_relaxed);
    start_collector(options);
    warn_of_missing_limits(options);
    std::uint32_t count =
        std::clamp(options.procs ? options.procs : heddle::available_procs(),
                   1u, max_processors);
    std::lock_guard guard(scheduler.lock);
    scheduler.procs.store(count, std::memory_order_relaxed);
    provide_processors(count);
    if (seeded.on())
      seeded.prepare_processors();
  } catch (...) {
    scheduler.running.store(false, std::memory_order_release);
    throw;
  }
}

// Starts the first threads, which find what is queued.
void set_going() {
  watch_overflow();
  Processor *first;
  {
    std::lock_guard guard(scheduler.lock);
    first = unlist_processor();
  }
  bool watched = start_monitor();
  // Before there is a task that could send the signal.
  watch_quit();
  if (watched && give_away(*first))
    return;
  begin_stop();
  while (Task *task = scheduler.queue.pop()) {
    task->closure(*task, ClosureAction::drop);
    discard(task);
  }
  finish_stop(watched);
  throw std::system_error(EAGAIN, std::generic_category(),
                          "heddle: no thread could be started");
}

} // namespace

void run_main(void (*call)(void *), void *arg, const Options &options,
              const std::source_location &site) {
  prepare(options);
  OutsideCall main{call, arg, nullptr};
  Task *task = new_task(site, nullptr);
  place_closure(*task, [&main] {
    main.make();
    begin_stop();
    main.report();
  });
  scheduler.callers.store(1, std::memory_order_relaxed);
  scheduler.queue.push(task);
  scheduler.queued.store(1, std::memory_order_relaxed);
  set_going();
  main.wait();
  finish_stop(true);
  main.rethrow();
}

void start_runtime(const Options &options) {
  prepare(options);
  scheduler.callers.store(0, std::memory_order_relaxed);
  set_going();
}

void block_on(void (*call)(void *), void *arg,
              const std::source_location &site) {
  if (this_worker())
    throw std::logic_error("heddle: block_on() called within a task");
  if (!scheduler.running.load(std::memory_order_acquire) ||
      scheduler.stopping.load(std::memory_order_relaxed))
    throw std::logic_error("heddle: block_on() called while no runtime runs");
  OutsideCall outside{call, arg, nullptr};
  spawn_closure(
      [&outside] {
        outside.make();
        outside.report();
      },
      site);
  // Release: pairs with outside_threads(), after which the task is seen.
  scheduler.callers.fetch_add(1, std::memory_order_release);
  outside.wait();
  outside.rethrow();
}

void stop_runtime() {
  if (this_worker())
    throw std::logic_error("heddle: a runtime was stopped within a task");
  if (scheduler.callers.load(std::memory_order_relaxed) > 0)
    throw std::logic_error(
        "heddle: a runtime was stopped while a thread is in block_on()");
  begin_stop();
  finish_stop(true);
}

void end_runtime() noexcept {
  // exit() was called in a task: the process goes, and the runtime with it.
  if (!this_worker())
    stop_runtime();
}

} // namespace heddle::detail
