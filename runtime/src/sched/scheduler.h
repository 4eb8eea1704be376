#pragma once

#include "heddle/runtime.h"
#include "sched/worker.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

namespace heddle::detail {

inline std::int64_t now_ns() noexcept {
  return Clock::now().time_since_epoch().count();
}

/// Adds to a counter that one thread writes at a time.
template <class T> void bump(std::atomic<T> &counter, T by = 1) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + by,
                std::memory_order_relaxed);
}

/// What all workers share. There is one, for the life of the process; it is
/// started and stopped.
struct Scheduler {
  std::atomic<bool> running{false};
  /// The first task has returned: nobody is woken or spawned any more.
  std::atomic<bool> stopping{false};
  /// Counts the starts.
  std::atomic<std::uint64_t> generation{0};
  /// Threads outside that wait for a task's end, in run() or block_on(). Such a
  /// thread counts itself, when its task is queued; the task takes that back,
  /// as its last act, and perhaps first: then this is negative for a moment.
  std::atomic<std::int32_t> callers{0};

  std::array<std::atomic<Processor *>, max_processors> processors{};
  std::atomic<std::uint32_t> procs{1};

  /// Workers that are looking for work. Read with every spawn, as idle_procs,
  /// and so kept away from what changes more often.
  alignas(64) std::atomic<std::uint32_t> searching{0};
  /// Written under the lock.
  std::atomic<std::uint32_t> idle_procs{0};

  alignas(64) SpinLock lock;
  // Guarded by lock, except the atomics, which may be read without.
  TaskList queue;
  std::atomic<std::size_t> queued{0};
  Processor *idle_processors = nullptr;
  Worker *idle_workers = nullptr;
  std::atomic<std::uint32_t> idle_threads{0};
  std::vector<Worker *> workers;
  /// Those whose thread could not be started, for the next try. They are never
  /// deleted: a dump may still look at one that was listed for a moment.
  Worker *spare_workers = nullptr;
  /// Those that their runtime ended without. They are never deleted.
  std::vector<Worker *> left_behind;
  /// Threads begun and not over.
  std::atomic<std::uint32_t> threads{0};
  /// When the idle worker that looks after the timers wakes up.
  std::int64_t timekeeper_wakes = Wheel::never;
  /// The idle worker that sleeps where descriptors wake it; null: none does.
  std::atomic<Worker *> poller{nullptr};

  std::atomic<std::uint64_t> wakes{0};
  std::atomic<std::uint64_t> hand_offs{0};
  std::atomic<std::int64_t> searched{0};
  /// Tasks made and ended on threads that are no workers.
  std::atomic<std::uint64_t> spawned{0};
  std::atomic<std::uint64_t> ended{0};

  Options options;
  std::atomic<bool> follows_quota{false};
};

extern Scheduler scheduler;

/// Which runtime runs; 0: none.
inline std::uint64_t running_generation() noexcept {
  return scheduler.running.load(std::memory_order_relaxed)
             ? scheduler.generation.load(std::memory_order_relaxed)
             : 0;
}

/// Puts a runnable task where any worker finds it, and sees to it that one
/// looks.
void inject(Task *task) noexcept;
/// Wakes or starts a worker for an idle processor, if there is one.
void wake_worker() noexcept;
/// Gives a processor that the caller owns to a worker; starts one if needed.
/// False: it cannot be; the processor is idle now.
bool give_away(Processor &processor) noexcept;
/// Takes the processor from a worker, wherever it is. False: it had lost it.
bool take_from(Worker &worker, Processor &processor) noexcept;
/// Moves what a processor has queued, which the caller owns, to all.
void drain(Processor &processor) noexcept;
/// Runs the timers that are due.
std::size_t fire_timers(std::int64_t now) noexcept;
std::int64_t next_timer() noexcept;
std::size_t pending_timers() noexcept;

/// Figures that the workers keep, added up.
struct Totals {
  std::uint64_t spawned = 0;
  std::uint64_t ended = 0;
  std::uint64_t switches = 0;
};
Totals totals() noexcept;

/// The monitor's thread; see monitor.cpp. False: it could not be started.
[[nodiscard]] bool start_monitor() noexcept;
void stop_monitor() noexcept;
/// How long a blocking section keeps its processor while others wait for one.
inline constexpr std::int64_t blocking_patience = 20'000;
/// Makes the monitor look if its next look is further away than this.
void nudge_monitor(std::int64_t patience = Wheel::never / 2) noexcept;

/// Makes the monitor look now. May be called by a signal handler.
void wake_monitor() noexcept;

/// Returns once the running task, which lost its processor, has another.
void regain_processor() noexcept;
/// Makes processors [0, count) usable. The lock is held.
void provide_processors(std::uint32_t count);
/// Lets that many tasks run at once.
void change_procs(std::uint32_t count);
/// Takes the processors that change_procs() left in use.
void retire_surplus() noexcept;

/// Reports stack overflows from now on, on threads that have an AlternateStack.
void watch_overflow() noexcept;

/// A stack for the calling thread's signal handlers.
class AlternateStack {
public:
  AlternateStack() noexcept;
  ~AlternateStack();
  AlternateStack(const AlternateStack &) = delete;
  AlternateStack &operator=(const AlternateStack &) = delete;

private:
  void *memory_ = nullptr;
  std::size_t size_ = 0;
};

/// Whether a worker runs a task, or is about to look for one.
bool somebody_runs() noexcept;
/// Whether the process has threads that are not the runtime's: those might wake
/// a task.
bool outside_threads() noexcept;
[[noreturn]] void report_deadlock() noexcept;

} // namespace heddle::detail
