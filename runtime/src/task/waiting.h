#pragma once

#include "heddle/detail/task.h"

namespace heddle::detail {

/// Whether the running stack has room for another task's frames on top of its
/// own.
bool has_room_within() noexcept;

/// Runs tasks of `parent`'s that have not started, newest first, within the
/// caller, until `satisfied()` or there are none at hand.
template <class Satisfied>
void run_children(const void *parent, Satisfied &&satisfied) HEDDLE_SUSPENDS {
  while (!satisfied() && has_room_within())
    if (Task *task = take_back(parent))
      run_within(task);
    else
      return;
}

} // namespace heddle::detail
