#pragma once

#include "heddle/annotations.h"
#include "heddle/time.h"

#include <cstddef>
#include <cstdint>
#include <source_location>

namespace heddle {

/// How many tasks are alive, the caller's included. Exact where nobody spawns
/// or ends meanwhile.
///
/// Complexity: walks every task there is. For a figure on a busy path take
/// stats().tasks.
///
/// Example: test/runtime/stats_test.cpp, "IsExact".
[[nodiscard]] std::size_t
num_tasks(std::source_location site = std::source_location::current()) noexcept;

/// What the runtime does, as seen in passing: figures may be a few switches old
/// and need not agree with each other to the last task.
struct Stats {
  std::size_t tasks = 0; ///< alive: started and not ended, or waiting to start
  std::size_t runnable = 0;    ///< in queues
  unsigned procs = 0;          ///< tasks that may run at once
  unsigned idle_procs = 0;     ///< of these, without work
  unsigned threads = 0;        ///< OS threads that run tasks, or may
  unsigned idle_threads = 0;   ///< of these, asleep
  std::uint64_t spawned = 0;   ///< tasks, since the start
  std::uint64_t switches = 0;  ///< times a thread took up a task
  std::uint64_t steals = 0;    ///< tasks taken from another processor's queue
  std::uint64_t wakes = 0;     ///< threads woken to look for work
  std::uint64_t hand_offs = 0; ///< processors taken from blocked or long tasks
  Duration searching{};        ///< spent looking for work in vain, all threads
  std::size_t timers = 0;      ///< pending
  /// Periods in which the CPU quota ran out, of the cgroup and its ancestors.
  std::uint64_t throttled = 0;
  std::size_t stacks = 0;    ///< of tasks, in use or kept
  std::size_t unguarded = 0; ///< of these, without a guard page
  std::size_t memory = 0;    ///< resident bytes of the process
};

/// A snapshot. Complexity: one pass over the processors and a few small files
/// of the system; nobody is stopped.
[[nodiscard]] Stats stats() noexcept;

} // namespace heddle
