#include "heddle/wait_group.h"

#include "context/hook.h"
#include "heddle/detail/timer_node.h"
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
  await_release();
}

// The last done() may still be taking the waiters.
void WaitGroup::await_release() const noexcept {
  std::uint64_t state;
  while ((state = state_.load(std::memory_order_acquire)) != 0 &&
         state / one == 0)
    detail::cpu_pause();
}

// Takes a waiter out of the list, or finds that the count is 0: whoever brought
// it there wakes all. Waits for one that is about to be pushed.
bool WaitGroup::withdraw(detail::Task *waiter) noexcept {
  for (;; detail::cpu_pause()) {
    std::uint64_t state = state_.load(std::memory_order_relaxed);
    if (state / one == 0)
      return false;
    // Acquire: pairs with enlist()'s release, for the list.
    if (state & locked || !state_.compare_exchange_strong(
                              state, state | locked, std::memory_order_acquire,
                              std::memory_order_relaxed))
      continue;
    detail::Task **link = &waiters_;
    while (*link && *link != waiter)
      link = &(*link)->next;
    const bool found = *link;
    if (found)
      *link = waiter->next;
    // Whoever brought the count to 0 meanwhile is still to come for the list,
    // and `waiting` keeps the group in place until then. Release: pairs with
    // him.
    state = state_.load(std::memory_order_relaxed);
    while (!state_.compare_exchange_weak(
        state,
        (state & ~(locked | waiting)) |
            (waiters_ || state / one == 0 ? waiting : 0),
        std::memory_order_release, std::memory_order_relaxed))
      ;
    if (found)
      return true;
  }
}

// A wait that a timer or a context may end: armed just before the waiter is
// pushed, as the frame may be gone after that.
struct WaitGroup::LimitedWait {
  WaitGroup &group;
  detail::Task *const self;
  std::atomic<bool> served{true};

  void give_up() noexcept {
    if (!group.withdraw(self))
      return;
    served.store(false, std::memory_order_relaxed);
    detail::ready(self);
  }
};

bool WaitGroup::wait_for(Duration d) {
  struct Wait : LimitedWait {
    TimePoint deadline;
    detail::TimerNode timer{[](detail::TimerNode &node) noexcept {
                              static_cast<Wait *>(node.arg)->give_up();
                            },
                            this};
  } wait{{*this, detail::current_task()}, detail::deadline_after(d)};
  if (state_.load(std::memory_order_acquire) / one != 0) {
    detail::park(
        detail::WaitReason::wait_group,
        [](detail::Task *self, void *arg) noexcept {
          auto &wait = *static_cast<Wait *>(arg);
          detail::timer_arm(wait.timer, wait.deadline);
          return enlist(self, &wait.group);
        },
        &wait);
    detail::timer_cancel(wait.timer);
  }
  const bool served = wait.served.load(std::memory_order_relaxed);
  if (served)
    await_release();
  return served;
}

bool WaitGroup::wait(const Context &context) {
  if (context.cancelled())
    return false;
  struct Wait : LimitedWait {
    const Context &context;
    bool watched = false;
    detail::ContextHook hook{[](detail::ContextHook &hook) noexcept {
                               static_cast<Wait *>(hook.arg)->give_up();
                             },
                             this};
  } wait{{*this, detail::current_task()}, context};
  if (state_.load(std::memory_order_acquire) / one != 0) {
    detail::park(
        detail::WaitReason::wait_group,
        [](detail::Task *self, void *arg) noexcept {
          auto &wait = *static_cast<Wait *>(arg);
          wait.watched = detail::watch(wait.context, wait.hook);
          if (wait.watched)
            return enlist(self, &wait.group);
          wait.served.store(false, std::memory_order_relaxed);
          return false;
        },
        &wait);
    if (wait.watched)
      detail::unwatch(context, wait.hook);
  }
  const bool served = wait.served.load(std::memory_order_relaxed);
  if (served)
    await_release();
  return served;
}

} // namespace heddle
