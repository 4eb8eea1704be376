#pragma once

#include "heddle/detail/task.h"

namespace heddle::detail {

/// Commits a park by releasing the SpinLock that guards the waiter's queue.
inline bool unlock_after_park(Task *, void *lock) noexcept {
  static_cast<SpinLock *>(lock)->unlock();
  return true;
}

/// Tells the CPU that this is a spin.
inline void cpu_relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

} // namespace heddle::detail
