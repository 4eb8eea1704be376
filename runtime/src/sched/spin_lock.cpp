#include "heddle/detail/task.h"

#include "sched/pause.h"

#include <sched.h>
#include <time.h>

namespace heddle::detail {

// The holder may have been taken off its CPU: after a few tries another
// thread's time is worth more than ours.
void SpinLock::wait() noexcept {
  for (int round = 0;; ++round) {
    if (round < 40) {
      cpu_pause();
    } else if (round < 60) {
      sched_yield();
    } else {
      timespec nap{0, 50'000};
      nanosleep(&nap, nullptr);
    }
    if (try_lock())
      return;
  }
}

} // namespace heddle::detail
