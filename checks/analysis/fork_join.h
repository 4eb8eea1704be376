// Tasks that are spawned one after the other and waited for at once.
#pragma once

#include "analysis/joins.h"

namespace heddle::checks {

/// Consecutive statements of one block that spawn a task each, and the
/// statement behind them that waits for one of these tasks. Between them stands
/// nothing that does work.
struct ForkJoin {
  struct Branch {
    Spawn spawn;
    const clang::Stmt *statement;
  };
  llvm::SmallVector<Branch, 4> branches;
  const clang::Stmt *wait;
  /// The wait for the branch spawned last, or for all of them.
  Join join;
  /// Every group, future or channel that the waits are made on is a local
  /// variable that nobody else gets at.
  bool isPrivate = true;
};

/// The fork-joins of `fn`, in source order. A wait that something else can end
/// is none, and so is one behind other work.
std::vector<ForkJoin> forkJoins(Unit &unit, const Function &fn);

} // namespace heddle::checks
