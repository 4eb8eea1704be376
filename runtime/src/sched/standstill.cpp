#include "sched/standstill.h"

#include "sched/idle.h"
#include "sched/pause.h"
#include "sched/queues.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <sched.h>

namespace heddle::detail {
namespace {

// A processor changes hands within microseconds, unless the machine is busy.
constexpr std::int64_t patience = 1'000'000'000;

} // namespace

Standstill::Standstill() {
  taken_.reserve(max_processors);
  std::int64_t deadline = now_ns() + patience;
  while (!(complete_ = take_all()) && now_ns() < deadline)
    sched_yield();
  heavy_barrier();
  try {
    note_restless();
  } catch (const std::bad_alloc &) {
    complete_ = false;
  }
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

// Without a processor no worker takes up another task, but these may come to a
// wait meanwhile: those that run; those that do not wait, of which a thread may
// be about to go on with one that is pinned to it; and those that run a child
// within their wait, see run_within(). A task that is seen to wait was on its
// worker until it did: so the workers come after.
void Standstill::note_restless() {
  TaskPool::for_each([this](Task &task) {
    const TaskState state = task.state.load(std::memory_order_acquire);
    if (state == TaskState::running || state == TaskState::runnable ||
        (state == TaskState::parked && !TaskPool::stack_of(task)))
      restless_.push_back(&task);
  });
  std::vector<Worker *> workers;
  {
    std::lock_guard guard(scheduler.lock);
    workers = scheduler.workers;
  }
  // Not under the lock, for which a section may wait.
  for (Worker *worker : workers) {
    // Acquire: pairs with arrive()'s release, for what a task that left wrote.
    while (worker->in_section.load(std::memory_order_acquire))
      cpu_pause();
    if (Task *task = worker->current.load(std::memory_order_acquire))
      restless_.push_back(task);
  }
  std::ranges::sort(restless_);
}

bool Standstill::is_still(const Task &task) const noexcept {
  return complete_ &&
         task.state.load(std::memory_order_acquire) == TaskState::parked &&
         !std::ranges::binary_search(restless_, &task) && task.stack &&
         !task.waits_on_thread;
}

} // namespace heddle::detail
