#include "heddle/detail/task.h"
#include "heddle/detail/timer_node.h"
#include "heddle/spawn.h"
#include "sched/scheduler.h"

#include <thread>

namespace heddle {
namespace detail {
namespace {

Wheel &wheel_of(const TimerNode &node) noexcept {
  return scheduler.processors[node.wheel]
      .load(std::memory_order_acquire)
      ->wheel;
}

std::int64_t nanoseconds(TimePoint time) noexcept {
  // 0 means idle.
  return std::max<std::int64_t>(time.time_since_epoch().count(), 1);
}

// Workers with a processor look at the timers by themselves. Nobody else may be
// awake to notice what others arm.
void tell_monitor(std::int64_t when) noexcept {
  Worker *worker = this_worker();
  if (worker && worker->processor.load(std::memory_order_relaxed))
    return;
  // We arm and then read how long the monitor rests; it writes that and then
  // looks at the timers: one of the two sees the other.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  nudge_monitor(when - now_ns());
}

} // namespace

void timer_arm(TimerNode &node, TimePoint deadline) {
  std::uint32_t index = processor_index();
  if (!scheduler.processors[index].load(std::memory_order_acquire))
    index = 0;
  node.wheel = index;
  std::int64_t when = nanoseconds(deadline);
  wheel_of(node).arm(node, when);
  tell_monitor(when);
}

bool timer_cancel(TimerNode &node) noexcept {
  if (!scheduler.processors[node.wheel].load(std::memory_order_acquire))
    return false;
  return wheel_of(node).cancel(node);
}

void timer_reset(TimerNode &node, TimePoint deadline) {
  std::int64_t when = nanoseconds(deadline);
  if (Wheel::postpone(node, when)) [[likely]]
    return;
  if (node.deadline.load(std::memory_order_relaxed) == 0) {
    timer_cancel(node);
    return timer_arm(node, deadline);
  }
  wheel_of(node).reset(node, when);
  tell_monitor(when);
}

} // namespace detail

void sleep_for(Duration d) {
  if (d > Duration::zero()) {
    TimePoint now = Clock::now();
    sleep_until(d < TimePoint::max() - now ? now + d : TimePoint::max());
  }
}

void sleep_until(TimePoint t) {
  if (!detail::on_task())
    return std::this_thread::sleep_until(t);
  struct Sleep {
    TimePoint until;
    detail::TimerNode timer;
  } sleep{t, detail::TimerNode(
                 [](detail::TimerNode &node) noexcept {
                   detail::ready(static_cast<detail::Task *>(node.arg));
                 },
                 detail::current_task())};
  detail::park(
      detail::WaitReason::sleep,
      [](detail::Task *, void *arg) noexcept {
        auto &sleep = *static_cast<Sleep *>(arg);
        detail::timer_arm(sleep.timer, sleep.until);
        return true;
      },
      &sleep);
}

} // namespace heddle
