// Who counts tasks up and down in the groups that others wait for.
#pragma once

#include "analysis/spawns.h"

namespace heddle::checks {

/// A call that changes the count of a group.
struct CountChange {
  const Call *call;
  /// The group, as the code that the changes were asked of knows it.
  const clang::ValueDecl *group;
  /// The calls from that code to `call`, which is not among them.
  llvm::SmallVector<const Call *, 2> path;
  /// The change happens in a task that the code spawns, not in the code.
  bool inSpawned = false;
  bool up = false;
};

/// The changes that an execution of `fn` makes or causes, in source order. A
/// spawn that counts its task itself makes none.
std::vector<CountChange> countChanges(Unit &unit, const Function &fn);

/// The changes that `task` expects somebody else to have made: how many times it
/// counts `group` down without having counted up.
int uncounted(Unit &unit, const Function &task, const clang::ValueDecl *group);

/// `group` is declared within `fn`, so that nobody outside waits for it.
bool isLocalTo(const Function &fn, const clang::ValueDecl *group);

/// The calls in view that wait for `group`.
std::vector<const Call *> joinsOf(Unit &unit, const clang::ValueDecl *group);

/// By how much `call` raises a count; none if that is not a constant.
std::optional<int> raisedBy(Unit &unit, const Call &call);

} // namespace heddle::checks
