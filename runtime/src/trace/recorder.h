// What the scheduler tells a trace. Each call stands behind traced(), which is
// one comparison and a branch that is rarely taken, and spares the registers of
// the path that does not take it.
#pragma once

#include "heddle/detail/task.h"
#include "heddle/trace.h"

#include <cstdint>

namespace heddle::detail {

#if __has_attribute(preserve_most)
#define HEDDLE_RARELY __attribute__((preserve_most))
#else
#define HEDDLE_RARELY
#endif

struct Worker;

/// What `tracing` is, but in reach without a look into the table of globals.
[[gnu::visibility("hidden")]] extern std::atomic<bool> recording;

inline bool traced() noexcept {
  return recording.load(std::memory_order_relaxed);
}

/// `task` is about to run on the worker. Its state is not changed yet.
HEDDLE_RARELY void trace_run(Worker &worker, const Task &task) noexcept;
/// The worker's task is about to park.
HEDDLE_RARELY void trace_wait(Worker &worker, WaitReason reason) noexcept;
/// The worker found nothing to run.
HEDDLE_RARELY void trace_idle(Worker &worker) noexcept;
/// The calling worker took that many tasks from another processor's queue.
HEDDLE_RARELY void trace_steal(std::uint32_t count) noexcept;
/// The worker's task enters or leaves a blocking section.
HEDDLE_RARELY void trace_section(Worker &worker, bool enters) noexcept;

} // namespace heddle::detail
