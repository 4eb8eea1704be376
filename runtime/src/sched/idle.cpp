#include "sched/idle.h"
#include "io/poller.h"
#include "sched/futex.h"

#include <mutex>

namespace heddle::detail {

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

bool tell_to_wake(Worker &worker) noexcept {
  const bool polls = worker.polls;
  worker.wake_word.store(1, std::memory_order_release);
  return polls;
}

void rouse(Worker &worker, bool polls) noexcept {
  if (polls)
    interrupt_poll();
  else
    futex_wake(worker.wake_word);
}

void assign(Worker &worker, Processor &processor) noexcept {
  // Release: the monitor looks at the worker.
  processor.holder.store(&worker, std::memory_order_release);
  worker.processor.store(&processor, std::memory_order_release);
}

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

void inject(Task *task) noexcept {
  {
    std::lock_guard guard(scheduler.lock);
    scheduler.queue.push(task);
    bump(scheduler.queued, std::size_t{1});
  }
  // Pairs with find_work()'s: either we see that nobody searches any more, or
  // the last to do so sees the task.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (scheduler.searching.load(std::memory_order_relaxed) == 0)
    wake_worker();
}

bool give_away(Processor &processor) noexcept {
  for (bool may_start = true;;) {
    Worker *worker;
    bool polls = false;
    {
      std::lock_guard guard(scheduler.lock);
      worker = scheduler.idle_workers;
      if (worker) {
        if (worker->polls && worker->next_idle)
          worker = worker->next_idle; // leaves the poller to what it does
        unlist(*worker);
        assign(*worker, processor);
        start_searching(*worker);
        polls = tell_to_wake(*worker);
      } else if (!may_start) {
        list_idle(processor);
        return false;
      } else {
        may_start = scheduler.threads.load(std::memory_order_relaxed) <
                    scheduler.options.max_threads;
        // Counted here, lest others start one too many meanwhile.
        if (may_start)
          scheduler.threads.fetch_add(1, std::memory_order_relaxed);
      }
    }
    if (worker)
      rouse(*worker, polls);
    if (worker || (may_start && start_worker(processor))) {
      scheduler.wakes.fetch_add(1, std::memory_order_relaxed);
      nudge_monitor();
      return true;
    }
    // Nobody can take what an idle processor has to itself. Whoever fell asleep
    // before it was shared is woken in another round.
    drain(processor);
    may_start = false;
  }
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

} // namespace heddle::detail
