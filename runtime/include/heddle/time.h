#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace heddle {

namespace detail {

/// The time of a seeded test's clock, in nanoseconds; 0: time is the system's.
inline std::atomic<std::int64_t> virtual_time{0};

} // namespace detail

/// The clock of every deadline: it never goes back.
///
/// Its times are those of std::chrono::steady_clock, and so is what it says,
/// but in a test whose time is virtual; see testing.h.
struct Clock {
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr bool is_steady = true;

  static time_point now() noexcept {
    if (const std::int64_t time =
            detail::virtual_time.load(std::memory_order_relaxed)) [[unlikely]]
      return time_point(std::chrono::nanoseconds(time));
    return std::chrono::steady_clock::now();
  }
};

using Duration = Clock::duration;
using TimePoint = Clock::time_point;

namespace detail {

/// The moment `d` after `now`; the last there is, if that is beyond it.
inline TimePoint deadline_after(Duration d,
                                TimePoint now = Clock::now()) noexcept {
  return d > TimePoint::max() - now ? TimePoint::max() : now + d;
}

} // namespace detail

} // namespace heddle
