#include "heddle/wait_group.h"

#include "sched/pause.h"
#include "task/waiting.h"

#include <cstdio>
#include <cstdlib>

namespace heddle {

// Pushes the waiter, unless the count is 0.
bool WaitGroup::enlist(detail::Task *self, void *arg) noexcept {
  auto &group = *static_cast<WaitGroup *>(arg);
  std::uint64_t state = group.state_.load(std::memory_order_relaxed);
  for (;;) {
    if (state / one == 0)
      return false;
    if (state & locked) {
      detail::cpu_pause();
      state = group.state_.load(std::memory_order_relaxed);
    } else if (group.state_.compare_exchange_weak(state, state | locked,
                                                  std::memory_order_acquire,
                                                  std::memory_order_relaxed)) {
      break;
    }
  }
  self->next = group.waiters_;
  group.waiters_ = self;
  // Release: pairs with release_waiters. While somebody brings the count to 0
  // he waits for this, so the group is there.
  state = group.state_.load(std::memory_order_relaxed);
  while (!group.state_.compare_exchange_weak(state, (state & ~locked) | waiting,
                                             std::memory_order_release,
                                             std::memory_order_relaxed))
    ;
  return true;
}

// The count is 0, or was below: wakes all waiters. wait() stays as long as the
// count is 0 and `waiting` is set, so that the group outlives this.
void WaitGroup::release_waiters(std::uint64_t before,
                                std::uint64_t n) noexcept {
  if (before / one < n) {
    std::fputs("heddle: WaitGroup::done() without an add()\n", stderr);
    std::abort();
  }
  std::uint64_t state = state_.load(std::memory_order_acquire);
  while (state & locked) {
    detail::cpu_pause();
    state = state_.load(std::memory_order_acquire);
  }
  detail::Task *waiter = std::exchange(waiters_, nullptr);
  state_.fetch_and(~waiting, std::memory_order_release);
  while (waiter)
    detail::ready(std::exchange(waiter, waiter->next));
}

void WaitGroup::wait() {
  detail::run_children(this, [this] {
    return state_.load(std::memory_order_acquire) / one == 0;
  });
  if (state_.load(std::memory_order_acquire) / one != 0)
    detail::park(detail::WaitReason::wait_group, enlist, this);
  // The last done() may still be taking the waiters.
  std::uint64_t state;
  while ((state = state_.load(std::memory_order_acquire)) != 0 &&
         state / one == 0)
    detail::cpu_pause();
}

} // namespace heddle
