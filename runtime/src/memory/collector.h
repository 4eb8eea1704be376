#pragma once

#include "heddle/runtime.h"

#include <cstddef>

namespace heddle::detail {

/// Takes over, as a runtime starts, what the options say of memory. What is
/// left at its default does not undo an earlier set_collect_percent() or
/// set_memory_limit().
void start_collector(const Options &options) noexcept;

/// Destroys all that was retired, as a runtime stops.
/// Requires: no task runs any more.
void stop_collector() noexcept;

/// 0: none is set.
std::size_t memory_limit() noexcept;

/// What the process has resident; 0 if the system does not tell.
std::size_t resident_bytes() noexcept;

/// Spawns a task that releases memory if the process comes close to its limit.
/// For the monitor, now and then.
void keep_within_limit() noexcept;

} // namespace heddle::detail
