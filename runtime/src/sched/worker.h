#pragma once

#include "sched/ahead.h"
#include "sched/membarrier.h"
#include "sched/run_queue.h"
#include "task/stack.h"
#include "task/task_pool.h"
#include "time/wheel.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <pthread.h>

namespace heddle::detail {

struct TraceBuffer;
struct Worker;

/// The right to run tasks, and what goes with it: queues, caches, timers. At
/// most one worker holds it; all but the atomics are that worker's alone,
/// within a Section.
struct alignas(64) Processor {
  static constexpr std::uint32_t turns_between_looks = 61;
  /// To take a task to another processor moves some cache lines there: tasks
  /// that are over sooner than that are left where they are.
  static constexpr std::int64_t coarse_pace = 500;

  explicit Processor(std::uint32_t index) noexcept : index(index) {}

  const std::uint32_t index;

  /// Woken by a hand-over: runs next, within the time slice of who woke it.
  std::atomic<Task *> slot{nullptr};
  std::uint32_t slot_runs = 0;
  /// Taken from the queue to be run here; others cannot steal them.
  TaskList batch;
  /// How many those are, for the monitor.
  std::atomic<std::size_t> batched{0};
  /// In a long batch: the tasks added last, and those being fetched.
  std::array<Task *, places_ahead> added{};
  std::array<const Task *, places_ahead / 2> fetched{};
  RunQueue queue;

  /// Until it looks at what it shares with others, and at the clock.
  std::uint32_t turns_left = turns_between_looks;
  std::int64_t looked_at = 0;
  /// How long a turn took of late. Written by the holder alone.
  std::atomic<std::int64_t> pace{coarse_pace};
  std::atomic<std::uint64_t> steals{0}; // written by the holder alone
  /// What a thief saw last of `queue`, and when; any may write those hints.
  std::atomic<std::uint64_t> seen_head{0};
  std::atomic<std::int64_t> seen_at{0};

  /// Who holds it, for the monitor; null: nobody, or it changes hands just now.
  std::atomic<Worker *> holder{nullptr};
  // Guarded by the scheduler's lock.
  Processor *next_idle = nullptr;
  /// Its index is not below the number of processors, and nobody holds it.
  bool retired = false;

  Wheel wheel;

  bool has_hidden_work() const noexcept {
    return slot.load(std::memory_order_relaxed) ||
           batched.load(std::memory_order_relaxed);
  }
  bool has_work() const noexcept { return queue.size() || has_hidden_work(); }
  bool is_coarse() const noexcept {
    return pace.load(std::memory_order_relaxed) >= coarse_pace;
  }
};

/// What the C++ library keeps by thread about exceptions: those being handled,
/// and how many are in flight.
struct ExceptionState {
  void *caught;
  unsigned uncaught;
};
ExceptionState *exception_state_of_thread() noexcept;

/// An OS thread that runs tasks.
struct alignas(64) Worker {
  /// What it holds; taken by whoever exchanges it for null.
  std::atomic<Processor *> processor{nullptr};
  /// Set while the processor's state is in use: whoever takes the processor
  /// from the worker waits for the end of that. See Section.
  std::atomic<bool> in_section{false};
  /// Asks the running task's next checkpoint() to yield.
  std::atomic<bool> overdue{false};
  /// The running task; null: none.
  std::atomic<Task *> current{nullptr};
  /// The running stack.
  Stack *stack = nullptr;
  /// The thread's, which moves with the stack.
  ExceptionState *exceptions = nullptr;
  /// Counts the tasks taken up. Written by the worker alone.
  std::atomic<std::uint64_t> switches{0};
  /// Tasks made and ended here. Written by the worker alone.
  std::atomic<std::uint64_t> spawned{0};
  std::atomic<std::uint64_t> ended{0};
  FreeTasks free_tasks;
  Stack *free_stacks = nullptr;
  std::size_t free_stack_count = 0;
  /// Depth of the running task's blocking sections, and a count of them.
  std::atomic<std::uint32_t> blocking{0};
  std::atomic<std::uint32_t> blocking_sections{0};
  /// Waits on a futex as the running task does.
  std::atomic<bool> parked{false};

  // What the other side of a switch has to do; see arrive().
  Commit commit = nullptr;
  Task *committed = nullptr;
  void *commit_arg = nullptr;
  Stack *released = nullptr;
  Task *handed = nullptr;

  /// To look at the timers as soon as no commit is pending: what the callbacks
  /// lock may be locked until then.
  bool timers_wanted = false;

  /// The thread's own stack, and what is asked of it.
  Stack base;
  enum class Request : std::uint8_t { none, wait_pinned, await_stack, leave };
  Request request = Request::none;

  // Asleep. Guarded by the scheduler's lock, except the word.
  bool listed = false;
  bool waits_pinned = false;
  /// Sleeps in the poller rather than on its word.
  bool polls = false;
  Worker *next_idle = nullptr;
  Task *resume = nullptr;
  std::atomic<std::uint32_t> wake_word{0};

  pthread_t thread{};
  /// Counted in Scheduler::searching.
  bool searching = false;
  /// Its runtime has ended without it: it goes no further than its next wait.
  std::atomic<bool> left_behind{false};
  std::atomic<bool> finished{false};

  /// Where the thread puts its part of a trace. The thread's own.
  std::shared_ptr<TraceBuffer> trace;
};

/// The calling thread's worker; null: it is none.
///
/// Compilers keep the address of a thread-local over a suspension, after which
/// it is another thread's. So this is the only one there is, read where no
/// compiler sees what is read.
#if defined(__x86_64__)
inline Worker *this_worker() noexcept {
  Worker *worker;
  asm volatile("movq heddle_worker_of_thread@gottpoff(%%rip), %0\n\t"
               "movq %%fs:(%0), %0"
               : "=&r"(worker)
               :
               : "memory");
  return worker;
}
#else
Worker *this_worker() noexcept;
#endif

/// All that a worker that was left behind may do: wait for the process to end.
[[noreturn]] void stay_behind() noexcept;

/// While it lives the worker's processor stays with it: others may take the
/// processor from the worker, but wait for the end before they use it.
///
/// The store of in_section and the load of processor here, and the exchange and
/// the load in take_from(), are kept in order by the two sides of a barrier.
class Section {
public:
  explicit Section(Worker &worker) noexcept
      : worker_(worker),
        outer_(worker.in_section.load(std::memory_order_relaxed)) {
    worker.in_section.store(true, std::memory_order_relaxed);
    light_barrier();
    // Acquire: pairs with the release of whoever handed it over.
    processor_ = worker.processor.load(std::memory_order_acquire);
  }
  ~Section() {
    // Release: pairs with take_from()'s acquire.
    worker_.in_section.store(outer_, std::memory_order_release);
  }
  Section(const Section &) = delete;
  Section &operator=(const Section &) = delete;

  /// Null if the worker has none.
  Processor *processor() const noexcept { return processor_; }
  explicit operator bool() const noexcept { return processor_; }
  Processor *operator->() const noexcept { return processor_; }

private:
  Worker &worker_;
  const bool outer_;
  Processor *processor_;
};

} // namespace heddle::detail
