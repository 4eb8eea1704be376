/// What all tasks do, printed for people.
#pragma once

namespace heddle::detail {

/// Prints the tasks to standard error: how many were spawned where, what they
/// wait for, and the calls that led there. Those that run go on meanwhile;
/// others do not. On the monitor's thread.
void print_tasks() noexcept;

/// Has SIGQUIT print the tasks, unless the program does something else with it.
void watch_quit() noexcept;
void unwatch_quit() noexcept;
/// Whether one came since the last call.
bool quit_was_sent() noexcept;

} // namespace heddle::detail
