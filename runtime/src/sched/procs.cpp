// How many processors there are, while tasks run.

#include "sched/idle.h"
#include "sched/queues.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace heddle::detail {

void provide_processors(std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    auto &place = scheduler.processors[i];
    Processor *processor = place.load(std::memory_order_relaxed);
    if (!processor) {
      processor = new Processor(i);
      processor->wheel.clear(now_ns());
      processor->retired = true;
      place.store(processor, std::memory_order_release);
    }
    if (std::exchange(processor->retired, false))
      list_idle(*processor);
  }
}

void change_procs(std::uint32_t count) {
  {
    std::lock_guard guard(scheduler.lock);
    scheduler.procs.store(count, std::memory_order_relaxed);
    Processor *idle = std::exchange(scheduler.idle_processors, nullptr);
    scheduler.idle_procs.store(0, std::memory_order_relaxed);
    while (idle)
      list_idle(*std::exchange(idle, idle->next_idle));
    provide_processors(count);
  }
  retire_surplus();
  if (work_in_sight())
    wake_worker();
}

void retire_surplus() noexcept {
  for (std::uint32_t i = scheduler.procs.load(std::memory_order_relaxed);
       i < max_processors; ++i) {
    Processor *processor =
        scheduler.processors[i].load(std::memory_order_acquire);
    if (!processor)
      return;
    Worker *holder = processor->holder.load(std::memory_order_acquire);
    if (!holder || !take_from(*holder, *processor))
      continue;
    drain(*processor);
    std::lock_guard guard(scheduler.lock);
    list_idle(*processor);
  }
}

} // namespace heddle::detail

namespace heddle {

using detail::scheduler;

unsigned procs() noexcept {
  return scheduler.procs.load(std::memory_order_relaxed);
}

unsigned set_procs(unsigned n) {
  unsigned before = procs();
  scheduler.follows_quota = false;
  detail::change_procs(std::clamp(n, 1u, detail::max_processors));
  return before;
}

} // namespace heddle
