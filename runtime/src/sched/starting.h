/// The two ends of a runtime's life, as run() and Runtime need them.
#pragma once

namespace heddle::detail {

/// From here on nobody is woken and nothing spawned.
void begin_stop() noexcept;
/// Waits for the threads and forgets the tasks that are left. `watched`: the
/// monitor runs.
/// Requires: begin_stop() was called, or no task ever ran.
void finish_stop(bool watched) noexcept;

} // namespace heddle::detail
