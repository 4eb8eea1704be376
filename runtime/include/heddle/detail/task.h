/// What the rest of the runtime builds on: tasks, parking and waking them.
///
/// Not for users: no stability is promised. The protocol is told in
/// docs/runtime/scheduler.md.
#pragma once

#include "heddle/annotations.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::detail {

struct LocalValue;
struct Stack;
struct Task;

/// Why a parked task waits, as a deadlock report words it.
enum class WaitReason : std::uint8_t {
  none,
  sleep,
  wait_group,
  future,
  children,
  mutex,
  condition,
  semaphore,
  event,
  channel_send,
  channel_receive,
  select,
  timer,
  pool,
  collect,
  io,
};

const char *describe(WaitReason reason) noexcept;

/// A task's life, as others may see it.
enum class TaskState : std::uint8_t {
  free,      // the node is in a pool
  fresh,     // spawned, not yet run
  running,   // on a thread
  runnable,  // woken or yielded, in a queue
  parked,    // waiting
  abandoned, // its runtime ended while it waited
  outside,   // stands for an OS thread that is none of the runtime's
};

/// Runs a closure and destroys it, or only destroys it.
enum class ClosureAction : bool { drop, run };

/// A lightweight task: one pooled node that carries the closure inline and,
/// until the task first waits, no stack.
struct alignas(64) Task {
  static constexpr std::size_t inline_size = 56;
  static constexpr std::size_t inline_alignment = 16;

  /// The link of the queue that holds the task.
  Task *next = nullptr;
  /// The stack that holds the task's frames while it does not run; null: none
  /// yet.
  Stack *stack = nullptr;
  void (*closure)(Task &, ClosureAction) = nullptr;
  std::source_location site;
  /// Whose waiting may run the task before it has started; null: nobody's.
  std::atomic<const void *> parent{nullptr};
  std::atomic<TaskState> state{TaskState::free};
  std::atomic<WaitReason> reason{WaitReason::none};
  /// Woken by a futex rather than through a queue. Written by the task itself.
  bool waits_on_thread = false;
  std::atomic<std::uint32_t> wake_word{0};
  /// For whoever wakes the task to leave a result, before it calls ready().
  void *result = nullptr;
  /// One that is some places behind it in a long list: a hint what to fetch
  /// into the cache, which may be out of date.
  std::atomic<Task *> ahead{nullptr};
  alignas(8) std::byte storage[inline_size];
  /// What TaskLocals keep for it. Null in a free node.
  LocalValue *locals = nullptr;
};

static_assert(sizeof(Task) == 128);

/// The task that the caller runs in. On an OS thread that is none of the
/// runtime's, a task that stands for the thread: it parks on a futex.
Task *current_task() noexcept;

/// Whether the caller runs in a task of the runtime.
bool on_task() noexcept;

/// Publishes a task that is about to wait, or unlocks what it held for that;
/// runs once the task's context is saved, so that a wake may follow at once, on
/// any thread. Returns false if there is nothing to wait for. Must not park.
/// The last access to anything that the woken task may destroy is the
/// publishing one.
using Commit = bool (*)(Task *self, void *arg) noexcept;

/// Waits until somebody calls ready() for the current task.
///
/// Ordering: ready() happens before the return of the park() it ends.
void park(WaitReason reason, Commit commit, void *arg) HEDDLE_SUSPENDS;

/// Wakes a parked task: behind those that are runnable already. Exactly once
/// for each committed park; any thread may.
void ready(Task *task) noexcept;

/// Wakes a parked task so that it runs as soon as the caller waits or ends: for
/// a value handed over directly.
void ready_next(Task *task) noexcept;

/// Runs other runnable tasks first, if there are any.
void yield_now() HEDDLE_YIELDS;

/// Where the caller runs, as a small number for choosing a shard: the
/// processor's index, below max_processors. It may change at any suspension, so
/// a shard still needs an atomic or a lock.
std::uint32_t processor_index() noexcept;
inline constexpr std::uint32_t max_processors = 256;

/// Makes a task; enqueue() it, or discard() it. Ends the program if there is no
/// runtime. Errors: std::bad_alloc.
Task *new_task(const std::source_location &site, const void *parent);
void enqueue(Task *task) noexcept;
void discard(Task *task) noexcept;

/// Takes a task back that the caller's processor has queued for `parent` and
/// that did not start, newest first; null if the newest is not such.
Task *take_back(const void *parent) noexcept;

/// Runs a task that was taken back, within the caller's.
void run_within(Task *task) HEDDLE_SUSPENDS;

/// Destroys what TaskLocals keep for it.
void drop_locals(Task &task) noexcept;

/// Ends the program: `task` let the exception escape that is being handled.
[[noreturn]] void escaped(const Task &task) noexcept;

template <class F> void place_closure(Task &task, F &&f) {
  using Closure = std::decay_t<F>;
  if constexpr (sizeof(Closure) <= Task::inline_size &&
                alignof(Closure) <= Task::inline_alignment / 2) {
    ::new (static_cast<void *>(task.storage)) Closure(std::forward<F>(f));
    task.closure = [](Task &self, ClosureAction action) {
      auto &closure = *std::launder(reinterpret_cast<Closure *>(self.storage));
      struct Destroy {
        Closure &closure;
        ~Destroy() { closure.~Closure(); }
      } destroy{closure};
      if (action == ClosureAction::run)
        closure();
    };
  } else {
    auto *large = new Closure(std::forward<F>(f));
    ::new (static_cast<void *>(task.storage)) Closure *(large);
    task.closure = [](Task &self, ClosureAction action) {
      struct Delete {
        Closure *closure;
        ~Delete() { delete closure; }
      } owner{*std::launder(reinterpret_cast<Closure **>(self.storage))};
      if (action == ClosureAction::run)
        (*owner.closure)();
    };
  }
}

/// Spawns a task that runs `f()`, whose escaping exception ends the program.
template <class F>
void spawn_closure(F &&f, const std::source_location &site,
                   const void *parent = nullptr) {
  Task *task = new_task(site, parent);
  try {
    place_closure(*task, std::forward<F>(f));
  } catch (...) {
    discard(task);
    throw;
  }
  enqueue(task);
}

/// Mutual exclusion for a few instructions; waiting gives the CPU away
/// politely. The holder must not park.
class SpinLock {
public:
  constexpr SpinLock() noexcept = default;
  SpinLock(const SpinLock &) = delete;
  SpinLock &operator=(const SpinLock &) = delete;

  void lock() noexcept {
    if (locked_.exchange(true, std::memory_order_acquire))
      wait();
  }
  bool try_lock() noexcept {
    return !locked_.load(std::memory_order_relaxed) &&
           !locked_.exchange(true, std::memory_order_acquire);
  }
  void unlock() noexcept { locked_.store(false, std::memory_order_release); }

private:
  void wait() noexcept;

  std::atomic<bool> locked_{false};
};

/// A moment, and the question whether every task that ran then has since passed
/// a switch: after that none holds a pointer that it got before and that was
/// unreachable by then. Tasks must not keep such pointers over a suspension.
///
/// A task in a long computation or in a foreign() section delays this.
class GracePeriod {
public:
  /// Starts one now. Ordering: what the caller wrote before is seen by every
  /// task that switches after.
  GracePeriod() noexcept;
  GracePeriod(const GracePeriod &) = delete;
  GracePeriod &operator=(const GracePeriod &) = delete;
  ~GracePeriod();

  bool passed() noexcept;

private:
  struct Pending;
  Pending *pending_ = nullptr;
};

} // namespace heddle::detail
