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

constexpr std::uint32_t most_taken = 64;
// Of tasks that were small of late: what is lost if the next ones are not.
constexpr std::uint32_t most_taken_of_small = 16;
// Tasks that nobody took from the head of a queue for so long are worth moving,
// however little the last ones had to do.
constexpr std::int64_t stale_after = 10'000;

} // namespace

// The older half goes where it is still before the rest.
void overflow(Processor &processor, Task *task) noexcept {
  TaskList older = processor.queue.take(RunQueue::capacity / 2);
  name_ahead(older.first);
  add_batch(processor, std::move(older));
  processor.queue.push(task);
}

// The task named now is fetched, and the stack of one named before, which has
// come by now: what a switch needs is at its upper end. The name may be out of
// date and the task another worker's, which is why this is not for TSan to see.
[[gnu::no_sanitize("thread")]] void fetch_on(Processor &processor,
                                             const Task &taken) noexcept {
  constexpr int frames = 6 * 64;
  const Task *&place =
      processor.fetched[processor.batch.count % processor.fetched.size()];
  const Task *come = std::exchange(place, fetch_ahead(taken));
  if (come && come->stack)
    for (int below = -64; below <= frames; below += 64)
      __builtin_prefetch(reinterpret_cast<const char *>(come->stack) - below,
                         1);
}

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

namespace {

// Lets others have some of a batch that will take a while.
void offer_batch(Processor &processor) noexcept {
  std::size_t wanted =
      most_taken * scheduler.procs.load(std::memory_order_relaxed);
  if (processor.batch.count <= most_taken ||
      scheduler.queued.load(std::memory_order_relaxed) >= wanted)
    return;
  TaskList offered;
  for (std::size_t n = std::min(processor.batch.count / 2, wanted); n > 0; --n)
    offered.push(processor.batch.pop());
  processor.batched.store(processor.batch.count, std::memory_order_relaxed);
  share(std::move(offered));
  if (scheduler.searching.load(std::memory_order_relaxed) == 0)
    wake_worker();
}

} // namespace

Task *look_around(Worker &worker, Processor &processor) noexcept {
  if (seeded.on()) {
    processor.turns_left = 1; // looks around each time
    return seeded.choose(processor);
  }
  processor.turns_left = Processor::turns_between_looks;
  worker.timers_wanted = true;
  if (scheduler.procs.load(std::memory_order_relaxed) > 1) {
    std::int64_t now = now_ns();
    processor.pace.store((now - std::exchange(processor.looked_at, now)) /
                             Processor::turns_between_looks,
                         std::memory_order_relaxed);
    if (processor.is_coarse())
      offer_batch(processor);
  }
  return take_shared(processor);
}

Task *take_queued(Processor &processor) noexcept {
  // Where others may want some, no more than one has a use for right now.
  std::uint32_t most = most_taken;
  if (scheduler.idle_procs.load(std::memory_order_relaxed))
    most = std::max(processor.queue.size() / 4,
                    processor.is_coarse() ? 1 : most_taken_of_small);
  TaskList taken = processor.queue.take(most);
  Task *first = taken.pop();
  if (taken.first)
    add_batch(processor, std::move(taken));
  return first;
}

namespace {

bool worth_stealing(Processor &victim) noexcept {
  std::uint32_t size = victim.queue.size();
  if (size == 0 || size > RunQueue::capacity)
    return false;
  if (victim.is_coarse())
    return true;
  std::int64_t now = now_ns();
  std::uint64_t head = victim.queue.head();
  if (victim.seen_head.load(std::memory_order_relaxed) == head)
    return now - victim.seen_at.load(std::memory_order_relaxed) >= stale_after;
  victim.seen_at.store(now, std::memory_order_relaxed);
  victim.seen_head.store(head, std::memory_order_relaxed);
  return false;
}

} // namespace

Task *steal(Processor &thief) noexcept {
  std::uint32_t procs = scheduler.procs.load(std::memory_order_relaxed);
  for (std::uint32_t i = 1; i < procs; ++i) {
    Processor *victim = scheduler.processors[(thief.index + i) % procs].load(
        std::memory_order_acquire);
    Task *stolen[most_taken];
    std::uint32_t count = victim && worth_stealing(*victim)
                              ? victim->queue.steal(stolen, most_taken)
                              : 0;
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
    if (processor && worth_stealing(*processor))
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
