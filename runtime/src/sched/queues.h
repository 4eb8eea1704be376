/// What a processor has queued, and what all share. What takes a processor is
/// for its holder, within a Section, or for whoever took it from there.
#pragma once

#include "sched/ahead.h"
#include "sched/scheduler.h"

#include <utility>

namespace heddle::detail {

/// Puts tasks where any processor takes them from.
void share(TaskList &&tasks) noexcept;
/// The oldest of those; some more go to the processor. Null: there are none.
Task *take_shared(Processor &processor) noexcept;
/// Takes from another processor's queue; null: there is nothing worth it.
Task *steal(Processor &thief) noexcept;
/// Whether there is anything that a processor without tasks would take.
bool work_in_sight() noexcept;

// The parts of what follows that are rarely needed.
void overflow(Processor &processor, Task *task) noexcept;
Task *look_around(Worker &worker, Processor &processor) noexcept;
Task *take_queued(Processor &processor) noexcept;
void fetch_on(Processor &processor, const Task &taken) noexcept;

/// A batch of so many does not stay in the first cache.
inline constexpr std::size_t long_batch = 256;

inline void put_first(Processor &processor, Task *task) noexcept {
  task->next = processor.batch.first;
  processor.batch.first = task;
  if (processor.batch.count++ == 0)
    processor.batch.last = task;
  processor.batched.store(processor.batch.count, std::memory_order_relaxed);
}

inline void add_last(Processor &processor, Task *task) noexcept {
  processor.batch.push(task);
  processor.batched.store(processor.batch.count, std::memory_order_relaxed);
  if (processor.batch.count >= long_batch) [[unlikely]] {
    Task *&before = processor.added[processor.batch.count % places_ahead];
    if (before)
      before->ahead.store(task, std::memory_order_relaxed);
    before = task;
  }
}

inline void add_batch(Processor &processor, TaskList &&tasks) noexcept {
  processor.batch.append(std::move(tasks));
  processor.batched.store(processor.batch.count, std::memory_order_relaxed);
}

inline void push(Processor &processor, Task *task) noexcept {
  if (!processor.queue.push(task)) [[unlikely]]
    overflow(processor, task);
}

inline Task *pop_batch(Processor &processor) noexcept {
  Task *task = processor.batch.pop();
  if (!task)
    return nullptr;
  processor.batched.store(processor.batch.count, std::memory_order_relaxed);
  if (processor.batch.count >= long_batch) [[unlikely]]
    fetch_on(processor, *task);
  return task;
}

/// How many woken tasks a hand-over may run before the others have a turn.
inline constexpr std::uint32_t slot_run_limit = 64;

/// What the processor has queued by itself; null: nothing.
inline Task *take_own(Worker &worker, Processor &processor) noexcept {
  if (--processor.turns_left == 0) [[unlikely]]
    if (Task *task = look_around(worker, processor))
      return task;
  if (Task *woken = processor.slot.load(std::memory_order_relaxed)) {
    processor.slot.store(nullptr, std::memory_order_relaxed);
    if (++processor.slot_runs < slot_run_limit) [[likely]]
      return woken;
    push(processor, woken);
  }
  processor.slot_runs = 0;
  if (Task *task = pop_batch(processor))
    return task;
  return processor.queue.size() ? take_queued(processor) : nullptr;
}

} // namespace heddle::detail
