#pragma once

#include <cerrno>
#include <sys/types.h>

namespace heddle::detail {

/// What a system call returns, or its errno, negated.
///
/// Never inlined: compilers keep the address of errno over a suspension, after
/// which it is another thread's.
template <class Call>
[[gnu::noinline]] ssize_t result_once(Call call) noexcept {
  const ssize_t result = call();
  return result < 0 ? -static_cast<ssize_t>(errno) : result;
}

/// The same; a call that a signal interrupts is made again.
template <class Call> [[gnu::noinline]] ssize_t result_of(Call call) noexcept {
  for (;;) {
    const ssize_t result = call();
    if (result >= 0)
      return result;
    if (errno != EINTR)
      return -static_cast<ssize_t>(errno);
  }
}

} // namespace heddle::detail
