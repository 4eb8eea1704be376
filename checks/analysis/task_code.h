// Which code runs in tasks, and how they come to it.
#pragma once

#include "analysis/callables.h"

#include <optional>

namespace heddle::checks {

/// The way from the start of a task to some code.
struct TaskPath {
  /// Spawns the task, registers the handler, or starts the runtime.
  const Call *start;
  /// From the task's body down to the code; empty if it is there.
  llvm::SmallVector<const Call *, 4> calls;

  /// The words of a note at `start`, e.g. "in a task that is spawned here".
  llvm::StringRef explanation(const Unit &unit) const;
};

/// Some execution of `fn` is part of a task: it is the body of one, of a
/// handler or of `run`, or runs because of one. What only declares what it does
/// is not looked into.
std::optional<TaskPath> taskCode(Unit &unit, const Function &fn);

/// As taskCode(), and not in a section that hands the task's processor to
/// others, nor on a thread of its own: what waits there keeps others waiting.
std::optional<TaskPath> taskCodeOnProcessor(Unit &unit, const Function &fn);

/// `fn` is known to run on a plain thread, and not in a task.
bool isOnlyThreadCode(Unit &unit, const Function &fn);

/// Two tasks may be in `fn` at once: tasks that come to it are started again
/// and again, or in several places. The runtime's first task is not counted.
bool runsInSeveralTasks(Unit &unit, const Function &fn);

} // namespace heddle::checks
