#include "sched/standstill.h"

#include "sched/idle.h"
#include "sched/pause.h"
#include "sched/queues.h"

#include <algorithm>
#include <mutex>
#include <sched.h>

namespace heddle::detail {
namespace {

// A processor changes hands within microseconds, unless the machine is busy.
constexpr std::int64_t patience = 200'000'000;

} // namespace

Standstill::Standstill() {
  taken_.reserve(max_processors);
  std::int64_t deadline = now_ns() + patience;
  while (!(complete_ = take_all()) && now_ns() < deadline)
    sched_yield();
  heavy_barrier();
  note_running();
}

Standstill::~Standstill() {
  for (Processor *processor : taken_) {
    if (processor->has_work()) {
      give_away(*processor);
    } else {
      std::lock_guard guard(scheduler.lock);
      list_idle(*processor);
    }
  }
  // What was queued meanwhile woke nobody.
  if (work_in_sight())
    wake_worker();
}

bool Standstill::take_all() {
  {
    std::lock_guard guard(scheduler.lock);
    while (Processor *idle = unlist_processor())
      taken_.push_back(idle);
  }
  std::uint32_t procs = scheduler.procs.load(std::memory_order_relaxed);
  std::size_t usable = 0;
  for (auto &place : scheduler.processors) {
    Processor *processor = place.load(std::memory_order_acquire);
    if (!processor)
      break;
    Worker *holder = processor->holder.load(std::memory_order_acquire);
    if (holder && take_from(*holder, *processor)) {
      processor->holder.store(nullptr, std::memory_order_relaxed);
      taken_.push_back(processor);
    }
    usable += processor->index < procs &&
              std::ranges::find(taken_, processor) != taken_.end();
  }
  return usable == procs;
}

// Those are the only tasks that come to a wait meanwhile: without a processor
// no worker takes up another.
void Standstill::note_running() {
  std::vector<Worker *> workers;
  {
    std::lock_guard guard(scheduler.lock);
    workers = scheduler.workers;
  }
  running_.reserve(workers.size());
  // Not under the lock, for which a section may wait.
  for (Worker *worker : workers) {
    // Acquire: pairs with arrive()'s release, for what a task that left wrote.
    while (worker->in_section.load(std::memory_order_acquire))
      cpu_pause();
    if (Task *task = worker->current.load(std::memory_order_acquire))
      running_.push_back(task);
  }
}

bool Standstill::is_still(const Task &task) const noexcept {
  return complete_ &&
         task.state.load(std::memory_order_acquire) == TaskState::parked &&
         std::ranges::find(running_, &task) == running_.end() && task.stack &&
         !task.waits_on_thread;
}

} // namespace heddle::detail
