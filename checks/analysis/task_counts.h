// Who counts tasks up and down in the groups that others wait for.
#pragma once

#include "analysis/spawns.h"

namespace heddle::checks {

/// A task that a group counts when it may be too late.
struct LateCount {
  const clang::ValueDecl *group;
  /// The call that counts.
  const Call *add;
  /// The call that spawns the task.
  const Call *spawn;
  /// Set if the task itself counts, in its own body or through `path`.
  const Function *task = nullptr;
  llvm::SmallVector<const Call *, 2> path = {};
  /// Set if the spawner counts: the statement with the spawn, in the same
  /// block.
  const clang::Stmt *start = nullptr;
};

/// The late counts of the tasks that `fn` spawns. A group that somebody holds
/// until the task ends is counted in time, and so is one that is waited for
/// only after the tasks that count have been joined.
std::vector<LateCount> lateCounts(Unit &unit, const Function &fn);

/// The calls in view that wait for `group`.
std::vector<const Call *> joinsOf(Unit &unit, const clang::ValueDecl *group);

/// By how much `call` raises a count; none if that is not a constant.
std::optional<int> raisedBy(Unit &unit, const Call &call);

} // namespace heddle::checks
