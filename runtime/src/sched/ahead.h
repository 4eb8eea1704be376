/// Long lists of tasks: what they hold left the cache since it was queued, and
/// is fetched before the list comes to it.
#pragma once

#include "heddle/detail/task.h"

#include <cstdint>

namespace heddle::detail {

inline constexpr int places_ahead = 8;

/// Lets each task of a list, which is in the cache now, name the one that many
/// places on.
inline void name_ahead(Task *first) noexcept {
  Task *behind = first;
  int place = 0;
  for (Task *task = first; task; task = task->next)
    if (++place > places_ahead) {
      behind->ahead.store(task, std::memory_order_relaxed);
      behind = behind->next;
    }
}

/// Fetches the task that `task` named, if that still is one.
inline const Task *fetch_ahead(const Task &task) noexcept {
  const Task *ahead = task.ahead.load(std::memory_order_relaxed);
  // A number, as there need be no object.
  const auto address = reinterpret_cast<std::uintptr_t>(ahead);
  for (std::uintptr_t line : {address, address + 64})
    __builtin_prefetch(reinterpret_cast<const void *>(line), 1);
  return ahead;
}

} // namespace heddle::detail
