#include "task/backtrace.h"

#include <unwind.h>

extern "C" void heddle_call_above(void *context, void (*call)(void *),
                                  void *arg);

namespace heddle::detail {
namespace {

// The frames of what takes the backtrace: walk() and heddle_call_above().
constexpr std::size_t own_frames = 2;

struct Walk {
  std::vector<void *> addresses;
  std::size_t most;
  std::size_t seen = 0;
};

_Unwind_Reason_Code visit(_Unwind_Context *context, void *arg) {
  auto &walk = *static_cast<Walk *>(arg);
  auto address = _Unwind_GetIP(context);
  if (address == 0 || walk.addresses.size() == walk.most)
    return _URC_END_OF_STACK;
  if (walk.seen++ >= own_frames)
    walk.addresses.push_back(reinterpret_cast<void *>(address));
  return _URC_NO_REASON;
}

[[gnu::noinline]] void walk(void *arg) {
  _Unwind_Backtrace(visit, arg);
  // Not a tail call: this frame is counted.
  asm volatile("" ::: "memory");
}

} // namespace

std::vector<void *> backtrace(const Stack &stack, std::size_t most) {
  Walk state{{}, most};
  // Nothing may throw across the frame that leads elsewhere.
  state.addresses.reserve(most);
  heddle_call_above(stack.sp, walk, &state);
  return std::move(state.addresses);
}

} // namespace heddle::detail
