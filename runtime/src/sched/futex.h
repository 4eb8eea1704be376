#pragma once

#include "task/sanitizers.h"

#include <atomic>
#include <cstdint>
#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace heddle::detail {

/// Sleeps while `word` is `expected`, until woken, at most `nanoseconds` where
/// that is not negative. May return early for no reason.
inline void futex_wait(std::atomic<std::uint32_t> &word, std::uint32_t expected,
                       std::int64_t nanoseconds = -1) noexcept {
#ifdef HEDDLE_TSAN
  // It puts signals off until the thread comes back from here.
  constexpr std::int64_t longest = 50'000'000;
  if (nanoseconds < 0 || nanoseconds > longest)
    nanoseconds = longest;
#endif
  timespec limit{static_cast<time_t>(nanoseconds / 1'000'000'000),
                 static_cast<long>(nanoseconds % 1'000'000'000)};
  syscall(SYS_futex, reinterpret_cast<std::uint32_t *>(&word),
          FUTEX_WAIT_PRIVATE, expected, nanoseconds < 0 ? nullptr : &limit,
          nullptr, 0);
}

/// The word may be gone by then: the system only compares its address.
inline void futex_wake(std::atomic<std::uint32_t> &word,
                       int count = 1) noexcept {
  syscall(SYS_futex, reinterpret_cast<std::uint32_t *>(&word),
          FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

} // namespace heddle::detail
