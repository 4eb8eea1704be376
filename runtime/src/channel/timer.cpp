#include "heddle/timer.h"

#include <cassert>
#include <ctime>
#include <mutex>

namespace heddle {
namespace {

// The kernel's coarse clock costs less than half of the precise one, and is
// behind it by up to its resolution.
struct CoarseClock {
  static TimePoint now() noexcept {
    return detail::virtual_time.load(std::memory_order_relaxed)
               ? Clock::now()
               : read(clock_gettime);
  }
  static Duration resolution() noexcept {
    return read(clock_getres).time_since_epoch();
  }

private:
  static TimePoint read(int (*call)(clockid_t, timespec *)) noexcept {
    timespec t;
    call(CLOCK_MONOTONIC_COARSE, &t);
    return TimePoint(std::chrono::seconds(t.tv_sec) +
                     std::chrono::nanoseconds(t.tv_nsec));
  }
};

/// The moment `d` from now: never early, and late by 1/32 of `d` at most.
TimePoint deadline_in(Duration d) noexcept {
  static const Duration slack = 2 * CoarseClock::resolution();
  if (d < 32 * slack)
    return detail::deadline_after(d);
  return detail::deadline_after(d, CoarseClock::now() + slack);
}

class TimerBehindChannel final : public detail::Attachment {
public:
  TimerBehindChannel(Channel<TimePoint> &channel, Duration d)
      : node_(fire, &channel) {
    detail::timer_arm(node_, detail::deadline_after(d));
  }
  ~TimerBehindChannel() override { detail::timer_cancel(node_); }

private:
  static void fire(detail::TimerNode &node) noexcept {
    static_cast<Channel<TimePoint> *>(node.arg)->try_send(Clock::now());
  }

  detail::TimerNode node_;
};

} // namespace

Channel<TimePoint> after(Duration d, std::source_location where) {
  return Channel<TimePoint>(std::in_place_type<TimerBehindChannel>, 1, d,
                            where);
}

Timer::Timer(Duration d, std::source_location where) : ticks_(1, where) {
  detail::timer_arm(node_, detail::deadline_after(d));
}

Timer::~Timer() { detail::timer_cancel(node_); }

void Timer::fire(detail::TimerNode &node) noexcept {
  auto &timer = *static_cast<Timer *>(node.arg);
  timer.fired_.store(true, std::memory_order_relaxed);
  timer.ticks_.try_send(Clock::now());
}

void Timer::reset(Duration d) {
  const TimePoint deadline = deadline_in(d);
  if (!fired_.load(std::memory_order_relaxed)) {
    detail::timer_reset(node_, deadline);
    // A callback that was about to run has run by now, so that a tick of the
    // former deadline shows here; so may one of the new deadline, which is then
    // given once more.
    if (!fired_.load(std::memory_order_relaxed))
      return;
  }
  stop();
  detail::timer_arm(node_, deadline);
}

bool Timer::stop() noexcept {
  const bool running = detail::timer_cancel(node_);
  fired_.store(false, std::memory_order_relaxed);
  return ticks_.try_receive() || running;
}

Ticker::Ticker(Duration period, std::source_location where)
    : ticks_(1, where), period_(period), next_(detail::deadline_after(period)) {
  assert(period > Duration::zero());
  detail::timer_arm(node_, next_);
}

Ticker::~Ticker() { stop(); }

void Ticker::fire(detail::TimerNode &node) noexcept {
  auto &ticker = *static_cast<Ticker *>(node.arg);
  const TimePoint now = Clock::now();
  ticker.ticks_.try_send(now);
  std::lock_guard lock(ticker.lock_);
  if (ticker.stopped_)
    return;
  const auto missed = (now - ticker.next_) / ticker.period_;
  ticker.next_ += (missed + 1) * ticker.period_;
  detail::timer_arm(node, ticker.next_);
}

void Ticker::stop() noexcept {
  {
    std::lock_guard lock(lock_);
    stopped_ = true;
  }
  detail::timer_cancel(node_);
  ticks_.try_receive();
  ticks_.close();
}

Channel<TimePoint> &tick(Duration period, std::source_location where) {
  // Reachable, so that nobody takes them for lost.
  struct Forever {
    Ticker ticker;
    Forever *next;
  };
  static std::atomic<Forever *> all{nullptr};
  auto *one = new Forever{Ticker(period, where), all.load()};
  while (!all.compare_exchange_weak(one->next, one))
    ;
  return channel_of(one->ticker);
}

} // namespace heddle
