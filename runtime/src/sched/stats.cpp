#include "heddle/stats.h"

#include "memory/collector.h"
#include "sched/cpus.h"
#include "sched/scheduler.h"

#include <algorithm>
#include <mutex>

namespace heddle {

using detail::scheduler;

std::size_t num_tasks(std::source_location) noexcept {
  std::size_t count = 0;
  detail::TaskPool::for_each([&](detail::Task &task) {
    switch (task.state.load(std::memory_order_relaxed)) {
    case detail::TaskState::fresh:
    case detail::TaskState::running:
    case detail::TaskState::runnable:
    case detail::TaskState::parked:
      ++count;
      break;
    case detail::TaskState::free:
    case detail::TaskState::abandoned:
    case detail::TaskState::outside:
      break;
    }
  });
  return count;
}

namespace detail {

Totals totals() noexcept {
  Totals totals{scheduler.spawned.load(std::memory_order_relaxed),
                scheduler.ended.load(std::memory_order_relaxed), 0};
  std::lock_guard guard(scheduler.lock);
  for (Worker *worker : scheduler.workers) {
    totals.spawned += worker->spawned.load(std::memory_order_relaxed);
    totals.ended += worker->ended.load(std::memory_order_relaxed);
    totals.switches += worker->switches.load(std::memory_order_relaxed);
  }
  return totals;
}

} // namespace detail

Stats stats() noexcept {
  Stats stats;
  detail::Totals totals = detail::totals();
  stats.spawned = totals.spawned;
  stats.tasks =
      totals.ended < totals.spawned ? totals.spawned - totals.ended : 0;
  stats.switches = totals.switches;
  stats.runnable = scheduler.queued.load(std::memory_order_relaxed);
  for (auto &place : scheduler.processors) {
    detail::Processor *processor = place.load(std::memory_order_acquire);
    if (!processor)
      break;
    stats.steals += processor->steals.load(std::memory_order_relaxed);
    stats.runnable +=
        std::min(processor->queue.size(), detail::RunQueue::capacity);
    stats.runnable += processor->batched.load(std::memory_order_relaxed);
    stats.runnable +=
        processor->slot.load(std::memory_order_relaxed) != nullptr;
    stats.timers += processor->wheel.pending();
  }
  stats.procs = scheduler.procs.load(std::memory_order_relaxed);
  stats.idle_procs = scheduler.idle_procs.load(std::memory_order_relaxed);
  stats.threads = scheduler.threads.load(std::memory_order_relaxed);
  stats.idle_threads = scheduler.idle_threads.load(std::memory_order_relaxed);
  stats.wakes = scheduler.wakes.load(std::memory_order_relaxed);
  stats.hand_offs = scheduler.hand_offs.load(std::memory_order_relaxed);
  stats.searching =
      Duration(scheduler.searched.load(std::memory_order_relaxed));
  stats.stacks = detail::StackPool::made();
  stats.unguarded = detail::StackPool::unguarded();
  stats.memory = detail::resident_bytes();
  try {
    stats.throttled = detail::CgroupLimits().throttled_periods();
  } catch (...) {
    // Out of memory for a small file: the figure stays 0.
  }
  return stats;
}

} // namespace heddle
