#pragma once

namespace heddle::detail {

/// Tells the CPU that the caller spins.
inline void cpu_pause() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#endif
}

} // namespace heddle::detail
