// What a task leaves behind when it goes to another thread.
#pragma once

#include "analysis/unit.h"

#include <vector>

namespace heddle::checks {

/// A use of what belongs to a thread, after a wait from which the task may have
/// come back on another one.
struct StaleUse {
  /// The thread-local variable; null for `errno`.
  const clang::VarDecl *variable;
  /// The local pointer, reference or view of it that is used; null if it is
  /// named itself.
  const clang::ValueDecl *alias = nullptr;
  /// What sets it, or takes its address, on the thread before.
  const clang::Stmt *set;
  const Call *wait;
  const clang::Stmt *use;
};

/// For each variable the first use in `fn` that finds, on some path that goes
/// through each loop once, what another thread has in it. Counts that each
/// thread keeps for itself, caches that are asked for again, and what is pinned
/// to its thread are no such uses.
std::vector<StaleUse> staleUses(Unit &unit, const Function &fn);

} // namespace heddle::checks
