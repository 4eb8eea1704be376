#pragma once

#include <chrono>

namespace heddle {

/// The clock of every deadline: it never goes back.
using Clock = std::chrono::steady_clock;
using Duration = Clock::duration;
using TimePoint = Clock::time_point;

} // namespace heddle
