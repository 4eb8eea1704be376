#pragma once

#include <chrono>

namespace heddle {

/// The clock of every deadline: it never goes back.
using Clock = std::chrono::steady_clock;
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
