#include "heddle/pin.h"

#include "sched/worker.h"

#include <cstdio>
#include <cstdlib>

namespace heddle {

using detail::Worker;

void pin_thread(std::source_location) noexcept {
  Worker *worker = detail::this_worker();
  if (!worker || worker->stack == &worker->base)
    return;
  worker->stack->pinned = worker;
  ++worker->stack->pins;
}

void unpin_thread() noexcept {
  Worker *worker = detail::this_worker();
  if (!worker || worker->stack == &worker->base)
    return;
  if (worker->stack->pins == 0) {
    std::fputs("heddle: unpin_thread() in a task that is not pinned\n", stderr);
    std::abort();
  }
  --worker->stack->pins;
}

} // namespace heddle
