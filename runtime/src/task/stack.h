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
  unsigned valgrind_id = 0;

  bool guards(const void *address) const noexcept;
  /// Where its memory begins, with the guard.
  char *memory() const noexcept;
};

inline constexpr std::size_t page = 4096;
/// At the lower end of a stack's memory.
inline constexpr std::size_t guard_size = 4 * page;

/// Address space for stacks; null: there is none.
char *map_stacks(std::size_t bytes) noexcept;
/// Gives back the memory of one stack that was taken apart.
void unmap_stack(char *memory, std::size_t bytes) noexcept;
/// Makes the lower end of a stack's memory inaccessible, or counts that it
/// could not be.
void guard_stack(char *memory) noexcept;
/// Makes a stack in memory that is guarded. Consecutive numbers fall on
/// different cache sets.
Stack *lay_out(char *memory, std::size_t bytes, std::size_t number,
               void (*entry)(Stack &)) noexcept;
/// Undoes that, and returns the memory.
char *take_apart(Stack &stack) noexcept;

/// Where stacks come from. One that a task was abandoned on never comes back:
/// what is on it may still be pointed to.
class StackPool {
public:
  /// The size of stacks made from now on, rounded up to whole pages.
  static void set_stack_size(std::size_t bytes) noexcept;

  /// A stack that starts at `entry` or, if it was put() before, goes on there.
  /// Null: there is no address space.
  static Stack *take(void (*entry)(Stack &)) noexcept;
  /// Adds a list of stacks, linked by `next`, that may be taken again.
  static void put(Stack *first, Stack *last) noexcept;

  /// A stack of at least `bytes`; null if there is no address space. It starts
  /// at `entry`, which is the same for all of these, or goes on there.
  static Stack *take_large(std::size_t bytes, void (*entry)(Stack &)) noexcept;
  static void put_large(Stack &stack) noexcept;

  /// Gives the pages of all stacks that were put back to the system.
  static void release() noexcept;

  /// Tells what leaks may hide on a stack that will never run again.
  static void abandon(Stack &stack) noexcept;

  static std::size_t made() noexcept;
  static std::size_t unguarded() noexcept;
};

/// Makes a Stack of the one that the system gave the calling thread.
void adopt_thread_stack(Stack &stack) noexcept;

} // namespace heddle::detail
