#include "sched/switching.h"

#include <cxxabi.h>

namespace heddle::detail {

// Once a thread: the address is the thread's, and the declaration even lets the
// compiler keep it over a switch.
ExceptionState *exception_state_of_thread() noexcept {
  return reinterpret_cast<ExceptionState *>(abi::__cxa_get_globals());
}

[[gnu::cold]] void switch_with_exceptions(Worker &worker, Stack &to,
                                          bool ends) noexcept {
  ExceptionState saved = std::exchange(*worker.exceptions, {});
  switch_contexts(worker, to, ends);
  *this_worker()->exceptions = saved;
}

} // namespace heddle::detail
