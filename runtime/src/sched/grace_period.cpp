#include "sched/scheduler.h"

#include <algorithm>
#include <mutex>
#include <vector>

namespace heddle::detail {

struct GracePeriod::Pending {
  struct Seen {
    Worker *worker;
    std::uint64_t switches;
  };
  std::vector<Seen> running;
};

// Those that are in a task now. The barrier comes first: a worker whose switch
// we do not see yet makes what it loads afterwards see what the caller wrote.
GracePeriod::GracePeriod() noexcept : pending_(new Pending) {
  heavy_barrier();
  Worker *self = this_worker();
  std::lock_guard guard(scheduler.lock);
  for (Worker *worker : scheduler.workers)
    if (worker != self && worker->current.load(std::memory_order_acquire))
      pending_->running.push_back(
          {worker, worker->switches.load(std::memory_order_acquire)});
}

GracePeriod::~GracePeriod() { delete pending_; }

bool GracePeriod::passed() noexcept {
  // A worker that is in no list any more has finished, and may be deleted.
  std::lock_guard guard(scheduler.lock);
  auto listed = [](const std::vector<Worker *> &list, Worker *worker) {
    return std::ranges::find(list, worker) != list.end();
  };
  std::erase_if(pending_->running, [&](const Pending::Seen &seen) {
    if (!listed(scheduler.workers, seen.worker) &&
        !listed(scheduler.left_behind, seen.worker))
      return true;
    return seen.worker->switches.load(std::memory_order_acquire) !=
               seen.switches ||
           !seen.worker->current.load(std::memory_order_acquire) ||
           seen.worker->parked.load(std::memory_order_acquire);
  });
  return pending_->running.empty();
}

} // namespace heddle::detail
