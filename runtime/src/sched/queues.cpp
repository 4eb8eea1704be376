// In what order a processor takes tasks: its slot, its batch, its queue; what
// all share, first now and then; and what it can steal.

#include "sched/queues.h"
#include "sched/seeded.h"
#include "trace/recorder.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace heddle::detail {
namespace {

// How many woken tasks a hand-over may run before the others have a turn.
constexpr std::uint32_t slot_run_limit = 64;
constexpr std::uint32_t most_taken = 64;

Task *pop_batch(Processor &processor) noexcept {
  Task *task = processor.batch.pop();
  if (task)
    processor.batched.store(processor.batch.count, std::memory_order_relaxed);
  return task;
}

} // namespace

void share(TaskList &&tasks) noexcept {
  std::lock_guard guard(scheduler.lock);
  std::size_t count = tasks.count;
  scheduler.queue.append(std::move(tasks));
  bump(scheduler.queued, count);
}

Task *take_shared(Processor &processor) noexcept {
  if (scheduler.queued.load(std::memory_order_relaxed) == 0)
    return nullptr;
  TaskList taken;
  {
    std::lock_guard guard(scheduler.lock);
    std::size_t procs = scheduler.procs.load(std::memory_order_relaxed);
    std::size_t most =
        std::min<std::size_t>(scheduler.queue.count / procs + 1, most_taken);
    while (taken.count < most)
      if (Task *task = scheduler.queue.pop())
        taken.push(task);
      else
        break;
    scheduler.queued.store(scheduler.queue.count, std::memory_order_relaxed);
  }
  Task *first = taken.pop();
  add_batch(processor, std::move(taken));
  return first;
}

Task *take_own(Worker &worker, Processor &processor) noexcept {
  if (++processor.turns % turns_between_looks == 0) [[unlikely]] {
    if (seeded.on()) {
      --processor.turns; // looks up each time
      return seeded.choose(processor);
    }
    worker.timers_wanted = true;
    if (Task *task = take_shared(processor))
      return task;
  }
  if (Task *woken = processor.slot.load(std::memory_order_relaxed)) {
    processor.slot.store(nullptr, std::memory_order_relaxed);
    if (++processor.slot_runs < slot_run_limit)
      return woken;
    push(processor, woken);
  }
  processor.slot_runs = 0;
  if (Task *task = pop_batch(processor))
    return task;
  std::uint32_t size = processor.queue.size();
  if (size == 0)
    return nullptr;
  // Where others may want some, no more than one has a use for right now.
  bool alone = scheduler.idle_procs.load(std::memory_order_relaxed) == 0;
  TaskList taken =
      processor.queue.take(alone ? most_taken : std::max(1u, size / 4));
  Task *first = taken.pop();
  if (taken.first)
    add_batch(processor, std::move(taken));
  return first;
}

Task *steal(Processor &thief) noexcept {
  std::uint32_t procs = scheduler.procs.load(std::memory_order_relaxed);
  for (std::uint32_t i = 1; i < procs; ++i) {
    Processor *victim = scheduler.processors[(thief.index + i) % procs].load(
        std::memory_order_acquire);
    Task *stolen[most_taken];
    std::uint32_t count = victim ? victim->queue.steal(stolen, most_taken) : 0;
    if (count == 0)
      continue;
    bump(thief.steals, std::uint64_t{count});
    if (traced()) [[unlikely]]
      trace_steal(count);
    for (std::uint32_t k = 1; k < count; ++k)
      push(thief, stolen[k]);
    return stolen[0];
  }
  return nullptr;
}

bool work_in_sight() noexcept {
  if (scheduler.queued.load(std::memory_order_relaxed))
    return true;
  std::uint32_t procs = scheduler.procs.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < procs; ++i) {
    Processor *processor =
        scheduler.processors[i].load(std::memory_order_acquire);
    std::uint32_t size = processor ? processor->queue.size() : 0;
    if (size > 0 && size <= RunQueue::capacity)
      return true;
  }
  return false;
}

void drain(Processor &processor) noexcept {
  TaskList all = std::exchange(processor.batch, {});
  processor.batched.store(0, std::memory_order_relaxed);
  if (Task *task = processor.slot.exchange(nullptr, std::memory_order_relaxed))
    all.push(task);
  all.append(processor.queue.take(RunQueue::capacity));
  share(std::move(all));
}

} // namespace heddle::detail
