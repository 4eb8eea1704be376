#include "sched/worker.h"
#include "task/sanitizers.h"

#include <cxxabi.h>

extern "C" void heddle_switch_context(void **save, void *load) noexcept;

namespace heddle::detail {

// Once a thread: the address is the thread's, and the declaration even lets the
// compiler keep it over a switch.
ExceptionState *exception_state_of_thread() noexcept {
  return reinterpret_cast<ExceptionState *>(abi::__cxa_get_globals());
}

void switch_stacks(Worker &worker, Stack &to,
                   [[maybe_unused]] bool ends) noexcept {
  Stack &from = *worker.stack;
  ExceptionState saved = *worker.exceptions;
  if (saved.caught || saved.uncaught) [[unlikely]]
    *worker.exceptions = {};
  worker.stack = &to;
#ifdef HEDDLE_ASAN
  __sanitizer_start_switch_fiber(ends ? nullptr : &from.asan_fake, to.low,
                                 to.size);
#endif
#ifdef HEDDLE_TSAN
  __tsan_switch_to_fiber(to.tsan_fiber, 0);
#endif
  heddle_switch_context(&from.sp, to.sp);
#ifdef HEDDLE_ASAN
  __sanitizer_finish_switch_fiber(from.asan_fake, nullptr, nullptr);
#endif
  if (saved.caught || saved.uncaught) [[unlikely]]
    *this_worker()->exceptions = saved;
}

} // namespace heddle::detail
