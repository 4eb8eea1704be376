// The timers of all processors: any thread may run those that are due.

#include "sched/scheduler.h"

#include <algorithm>

namespace heddle::detail {

std::size_t fire_timers(std::int64_t now) noexcept {
  if (scheduler.stopping.load(std::memory_order_relaxed))
    return 0;
  std::size_t fired = 0;
  for (auto &processor : scheduler.processors) {
    Processor *p = processor.load(std::memory_order_acquire);
    if (!p)
      break;
    if (p->wheel.next() <= now)
      fired += p->wheel.fire(now);
  }
  return fired;
}

std::int64_t next_timer() noexcept {
  std::int64_t earliest = Wheel::never;
  for (auto &processor : scheduler.processors) {
    Processor *p = processor.load(std::memory_order_acquire);
    if (!p)
      break;
    earliest = std::min(earliest, p->wheel.next());
  }
  return earliest;
}

std::size_t pending_timers() noexcept {
  std::size_t pending = 0;
  for (auto &processor : scheduler.processors) {
    Processor *p = processor.load(std::memory_order_acquire);
    if (!p)
      break;
    pending += p->wheel.pending();
  }
  return pending;
}

} // namespace heddle::detail
