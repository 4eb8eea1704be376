/// What a processor has queued, and what all share. What takes a processor is
/// for its holder, within a Section, or for whoever took it from there.
#pragma once

#include "sched/scheduler.h"

#include <utility>

namespace heddle::detail {

/// How often a processor looks at what it shares with others, and at the clock.
inline constexpr std::uint32_t turns_between_looks = 61;

/// Puts tasks where any processor takes them from.
void share(TaskList &&tasks) noexcept;
/// The oldest of those; some more go to the processor. Null: there are none.
Task *take_shared(Processor &processor) noexcept;
/// What the processor has queued by itself; null: nothing.
Task *take_own(Worker &worker, Processor &processor) noexcept;
/// Takes from another processor's queue; null: those are empty.
Task *steal(Processor &thief) noexcept;
/// Whether there is anything that a processor without tasks could take.
bool work_in_sight() noexcept;

inline void put_first(Processor &processor, Task *task) noexcept {
  task->next = processor.batch.first;
  processor.batch.first = task;
  if (processor.batch.count++ == 0)
    processor.batch.last = task;
  processor.batched.store(processor.batch.count, std::memory_order_relaxed);
}

inline void add_batch(Processor &processor, TaskList &&tasks) noexcept {
  processor.batch.append(std::move(tasks));
  processor.batched.store(processor.batch.count, std::memory_order_relaxed);
}

inline void push(Processor &processor, Task *task) noexcept {
  if (processor.queue.push(task)) [[likely]]
    return;
  TaskList half = processor.queue.take(RunQueue::capacity / 2);
  half.push(task);
  share(std::move(half));
}

} // namespace heddle::detail
