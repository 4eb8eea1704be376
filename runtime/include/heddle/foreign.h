#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/task.h"
#include "heddle/runtime.h"

#include <source_location>
#include <type_traits>

namespace heddle {

namespace detail {

/// Marks the caller's thread as blocked for its life. What it does with the
/// processor, see docs/runtime/scheduler.md.
class BlockingSection {
public:
  BlockingSection() noexcept;
  ~BlockingSection();
  BlockingSection(const BlockingSection &) = delete;
  BlockingSection &operator=(const BlockingSection &) = delete;
};

/// Calls `call(arg)` on the stack that the system gave the caller's thread.
void call_on_thread_stack(void (*call)(void *), void *arg);

/// Calls `call(arg)` on a stack of its own of at least `bytes`.
void call_on_stack(std::size_t bytes, void (*call)(void *), void *arg);

} // namespace detail

/// Runs `f()` where it may block the thread, on the task's own stack; returns
/// its result. The task's processor goes to other tasks if this takes longer
/// than some 20 µs.
///
/// For file and process system calls and whatever else waits in the kernel. On
/// a plain OS thread it only calls `f`. Requires: `f` fits the task's stack;
/// otherwise foreign(). It may wait for other tasks, as a plain thread would.
///
/// Example: test/runtime/foreign_test.cpp, "OtherTasksGoOn".
template <class F>
std::invoke_result_t<F &>
blocking(F &&f, std::source_location = std::source_location::current())
    HEDDLE_HANDS_OFF HEDDLE_CALLS_ARGUMENT {
  detail::BlockingSection section;
  return std::invoke(f);
}

/// Runs `f()` on the OS thread's own large stack, where it may block; returns
/// its result. The processor goes to other tasks as in blocking().
///
/// For C libraries that need deep stacks, or block, or both.
///
/// Example: test/runtime/foreign_test.cpp, "RunsOnTheThreadsStack".
template <class F>
std::invoke_result_t<F &>
foreign(F &&f, std::source_location = std::source_location::current())
    HEDDLE_HANDS_OFF HEDDLE_CALLS_ARGUMENT {
  return detail::carry_result(f, [](auto &&body) {
    using Body = std::remove_reference_t<decltype(body)>;
    detail::BlockingSection section;
    detail::call_on_thread_stack([](void *b) { (*static_cast<Body *>(b))(); },
                                 &body);
  });
}

/// Runs `f()` in the calling task on a stack of at least `bytes`: for recursion
/// that is deeper than Options::stack_size allows. On a plain OS thread it only
/// calls `f`.
///
/// The stack is kept for the next call that fits it, with the pages it has
/// touched: a repeated call costs no system call. See release_memory().
/// Errors: std::bad_alloc if there is no address space for it.
template <class F>
std::invoke_result_t<F &> with_stack(std::size_t bytes,
                                     F &&f) HEDDLE_CALLS_ARGUMENT {
  return detail::carry_result(f, [bytes](auto &&body) {
    using Body = std::remove_reference_t<decltype(body)>;
    detail::call_on_stack(
        bytes, [](void *b) { (*static_cast<Body *>(b))(); }, &body);
  });
}

} // namespace heddle
