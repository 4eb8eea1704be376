#include "heddle/detail/task.h"

#include "sched/pause.h"

#include <algorithm>
#include <sched.h>
#include <time.h>

namespace heddle::detail {

// Each look takes the lock's cache line from a holder who is about to need it
// again, some hundred times if it is left alone: so who finds it held twice
// goes away for long, for microseconds in the end. The holder may also have
// been taken off its CPU: after a few tries another thread's time is worth more
// than ours.
void SpinLock::wait() noexcept {
  constexpr int pauses_at_most = 256;
  int pauses = 4;
  for (int round = 0;; ++round) {
    if (round < 6) {
      for (int i = 0; i < pauses; ++i)
        cpu_pause();
      pauses = std::min(8 * pauses, pauses_at_most);
    } else if (round < 26) {
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
