// Who waits for a task, in the code that spawns it.
#pragma once

#include "analysis/spawns.h"

namespace heddle::checks {

/// One wait for the end or the result of a task.
struct Join {
  /// In the spawner's own body: the call that waits, itself or through others
  /// in view, or the loop that receives.
  const clang::Stmt *site;
  /// The call that waits; null for a loop or the end of a scope.
  const Call *wait = nullptr;
  /// What the task and the wait share: a group, a future, a channel, an event.
  /// Null where the wait is made on the spawn's own result.
  const clang::ValueDecl *through = nullptr;
  /// The wait ends for another reason too: a time-out, a case of a select.
  bool limited = false;
};

/// The waits for the task of `spawn` behind it in its function, in source
/// order. Each waits for what the task does last or gives: its group's count,
/// its future, what it sends, closes or sets.
llvm::SmallVector<Join, 2> joinsOf(Unit &unit, const Spawn &spawn);

/// What a wait for the task of `spawn` would be made on: its group, its future,
/// the channels and events that the task serves.
llvm::SmallVector<const clang::ValueDecl *, 2>
joinedThrough(Unit &unit, const Spawn &spawn);

/// Every way from `spawn` to the end of its function passes a wait for the task
/// that has no limit.
bool isAlwaysJoined(Unit &unit, const Spawn &spawn);

/// Nobody can wait for the task, here or elsewhere: it was started by a plain
/// spawn, or its future is dropped, and it serves nothing that others see.
bool isDetached(Unit &unit, const Spawn &spawn);

/// The end of an object of `type`, or of what it owns, waits for tasks.
bool joinsAtItsEnd(Unit &unit, clang::QualType type);

/// A closure that is kept for later, by code that is not in view, waits through
/// `token`, a variable of the code that spawns.
bool isLeftToClosure(Unit &unit, const Spawn &spawn,
                     const clang::VarDecl &token);

} // namespace heddle::checks
