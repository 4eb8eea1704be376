#pragma once

#include "heddle/detail/task.h"

#include <cstddef>
#include <cstdint>

namespace heddle::detail {

struct Worker;

/// A stack and the context saved on it. Stacks of tasks carry this at their
/// upper end, in the page that is touched anyway.
struct Stack {
  /// The context saved here, while it does not run.
  void *sp = nullptr;
  /// The lowest usable byte; the guard is below.
  char *low = nullptr;
  std::size_t size = 0;
  Stack *next = nullptr;
  /// What a fresh stack runs; does not return.
  void (*entry)(Stack &) = nullptr;
  void *argument = nullptr;
  /// The only thread that may run this stack, while pins is not 0.
  Worker *pinned = nullptr;
  std::uint32_t pins = 0;
  void *tsan_fiber = nullptr;
  void *asan_fake = nullptr;

  bool guards(const void *address) const noexcept;
};

/// Where stacks come from. Their memory is never given back while the process
/// lives: a task that was abandoned may still be pointed to.
class StackPool {
public:
  /// The size of stacks made from now on, rounded up to whole pages.
  static void set_stack_size(std::size_t bytes) noexcept;

  /// A stack that starts at `entry` or, if it was put() before, goes on there.
  /// Ends the program if there is no address space.
  static Stack *take(void (*entry)(Stack &)) noexcept;
  /// Adds a list of stacks, linked by `next`, that may be taken again.
  static void put(Stack *first, Stack *last) noexcept;

  /// A stack for one use, of at least `bytes`; null if there is no address
  /// space.
  static Stack *map(std::size_t bytes, void (*entry)(Stack &)) noexcept;
  static void unmap(Stack &stack) noexcept;

  /// Tells what leaks may hide on a stack that will never run again.
  static void abandon(Stack &stack) noexcept;

  static std::size_t made() noexcept;
  static std::size_t unguarded() noexcept;
};

/// Makes a Stack of the one that the system gave the calling thread.
void adopt_thread_stack(Stack &stack) noexcept;

} // namespace heddle::detail
