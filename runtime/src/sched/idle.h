/// The lists of idle processors and workers, and how they come together when
/// there is work.
#pragma once

#include "sched/scheduler.h"

namespace heddle::detail {

// The scheduler's lock is held.
void list_idle(Processor &processor) noexcept;
Processor *unlist_processor() noexcept;
void list_idle(Worker &worker) noexcept;
void unlist(Worker &worker) noexcept;
/// Tells a worker that was taken off the list to wake up. What it sleeps on
/// comes back, for rouse() once the lock is free.
[[nodiscard]] bool tell_to_wake(Worker &worker) noexcept;
void rouse(Worker &worker, bool polls) noexcept;

/// The caller owns the processor.
void assign(Worker &worker, Processor &processor) noexcept;
/// Gives the worker an idle processor; false: there is none.
bool acquire_processor(Worker &worker) noexcept;

void start_searching(Worker &worker) noexcept;
void stop_searching(Worker &worker) noexcept;

/// Begins a thread that holds the processor and that was counted before. False:
/// the caller still owns the processor, and the count is taken back.
bool start_worker(Processor &processor) noexcept;

/// Waking a thread costs some 10 µs: so many tasks, and no small ones, must
/// wait before their owner pays for that; others must have waited until the
/// monitor comes round.
inline constexpr std::uint32_t backlog_to_wake_for = 32;

inline void wake_for_backlog(const Processor &processor) noexcept {
  if (scheduler.idle_procs.load(std::memory_order_relaxed) &&
      processor.queue.size() >= backlog_to_wake_for && processor.is_coarse() &&
      scheduler.searching.load(std::memory_order_relaxed) == 0) [[unlikely]]
    wake_worker();
}

} // namespace heddle::detail
