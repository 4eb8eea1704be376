#pragma once

#include "heddle/annotations.h"

#include <cstddef>
#include <memory>
#include <source_location>
#include <type_traits>

namespace heddle {

namespace detail {

void retire(void *object, void (*destroy)(void *) noexcept, std::size_t bytes);

} // namespace detail

/// Destroys `*p` and frees it once no task can hold it any more.
///
/// For data that is read without a lock: readers take the pointer from an
/// atomic and use it until they next wait, yield or return from their task;
/// writers put a new one in its place and retire the old one.
///
///   std::atomic<const Routes *> routes;
///   …
///   retire(routes.exchange(new Routes(…)));
///
/// Requires: `p` comes from new, and tasks that start to look for it now do not
/// find it (not checked). Readers are tasks, and do not keep the pointer over a
/// wait, a yield, or a blocking() or foreign() section.
/// Ordering: all reads of tasks that could hold `*p` happen before its
/// destructor, which runs in any task of the runtime and must not wait.
/// Complexity: a few stores; the freeing is done in batches later.
///
/// Example: test/runtime/memory_test.cpp, "NothingIsFreedUnderAReader".
template <typename T> void retire(T *p) {
  static_assert(sizeof(T) > 0, "retire() must see the type's definition");
  if (p)
    detail::retire(
        const_cast<std::remove_cv_t<T> *>(p),
        [](void *object) noexcept {
          std::default_delete<T>()(static_cast<T *>(object));
        },
        sizeof(T));
}

/// Destroys `*p` once no task can hold it any more.
template <typename T> void retire(std::unique_ptr<T> p) { retire(p.release()); }

/// Frees all that was retired before the call, waiting until no task can hold
/// it any more, and what lay unused in every Pool since the last collection.
///
/// The runtime collects by itself, paced by set_collect_percent(): a program
/// rarely has reason to call this, and never often.
/// Every task running at the call must once wait, yield, or end. One that does
/// not for long is not waited for: what it may hold is freed later.
/// Complexity: waits for every processor's running task.
void collect(std::source_location where = std::source_location::current())
    HEDDLE_SUSPENDS HEDDLE_COLLECTS;

/// Sets how much may be retired before the runtime collects by itself, in per
/// cent of the memory in use after the last collection; 100 at first. A
/// negative `percent` means never. Returns the previous setting.
int set_collect_percent(int percent) noexcept;

/// Sets how many bytes the resident memory of the process should stay below; 0:
/// no limit, as at first. Returns the previous setting.
///
/// Close to the limit what was retired is collected sooner, and what is kept
/// for later use goes back to the system: see release_memory(). Nothing fails,
/// and nobody waits, where that is not enough.
std::size_t set_memory_limit(std::size_t bytes) noexcept HEDDLE_LIMITS_MEMORY;

/// Gives back to the system what is kept for later use: stacks and nodes of
/// tasks that have ended, and the free pages of the malloc heap. collect()
/// comes first.
///
/// After a peak, when the memory is not needed again soon: the next tasks pay a
/// page fault for each page that is gone. With a memory limit set the runtime
/// does this by itself.
/// Complexity: a system call for each stack and slab that is kept, within
/// blocking().
void release_memory(
    std::source_location where = std::source_location::current())
    HEDDLE_SUSPENDS HEDDLE_RELEASES_MEMORY;

} // namespace heddle
