// The scheduler, and where a debugger finds it: runtime/gdb/heddle_gdb.py reads
// the tables below from a process or a core, with or without debug information.
// Change both together.

#include "sched/scheduler.h"

#include <array>
#include <cstddef>
#include <cstdint>

// A Task and a Worker are standard-layout for all that is asked of them here.
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

namespace heddle::detail {

Scheduler scheduler;

namespace {

constexpr std::uint64_t layout_version = 1;
constexpr std::size_t most_reasons = 64;

std::array<const char *, most_reasons> name_reasons() {
  std::array<const char *, most_reasons> names;
  for (std::size_t i = 0; i < most_reasons; ++i)
    names[i] = describe(static_cast<WaitReason>(i));
  return names;
}

const std::array<const char *, most_reasons> reason_names = name_reasons();

} // namespace
} // namespace heddle::detail

extern "C" {

extern const std::uint64_t heddle_debug_layout[];

// Values first, then addresses; in the order in which the script names them.
__attribute__((used)) const std::uint64_t heddle_debug_layout[] = {
    heddle::detail::layout_version,
    sizeof(heddle::detail::Task),
    offsetof(heddle::detail::Task, stack),
    offsetof(heddle::detail::Task, site),
    offsetof(heddle::detail::Task, state),
    offsetof(heddle::detail::Task, reason),
    offsetof(heddle::detail::Task, waits_on_thread),
    offsetof(heddle::detail::Stack, sp),
    offsetof(heddle::detail::Worker, current),
    offsetof(heddle::detail::Worker, thread),
};
__attribute__((used)) const void *const heddle_debug_addresses[] = {
    heddle::detail::TaskPool::slabs(),
    &heddle::detail::scheduler.workers,
    &heddle::detail::reason_names,
};
}
