// Which locks are held where.
#pragma once

#include "analysis/unit.h"

namespace heddle::checks {

/// Consecutive statements of one block, `first` up to but not including `last`.
struct StatementRange {
  const clang::CompoundStmt *block;
  unsigned first, last;

  llvm::ArrayRef<clang::Stmt *> statements() const;
};

/// One acquisition of one lock, and what runs until it is given back.
struct LockRegion {
  /// The lock as the code spells it, e.g. `mu_`.
  std::string lock;
  /// Equal for two regions exactly if they are known to be of the same lock;
  /// comparable across functions for globals, statics and members of `this`.
  std::string identity;
  /// The lock's own variable or member, null if it is neither.
  const clang::ValueDecl *variable = nullptr;
  const Function *function = nullptr;
  /// The call or construction that acquires; null when the function is
  /// declared to run with the lock held.
  const clang::Stmt *acquire = nullptr;
  clang::SourceLocation acquired;
  /// The guard object, if one holds the lock.
  const clang::VarDecl *guard = nullptr;
  bool shared = false;
  /// An OS thread owns the lock, so that a task must not take it elsewhere.
  bool threadBound = true;
  /// Calls made while the lock is held on every path that leads to them, in
  /// source order, without those that acquire or release this lock.
  std::vector<const Call *> calls;
  /// Statements wholly within the region, when it begins and ends in one block
  /// and the lock is held all through: up to the end of the block for a guard,
  /// up to the release otherwise. The acquiring statement is not among them.
  std::optional<StatementRange> statements;
  /// Explicit releases in the function, `lock.unlock()` and early exits.
  std::vector<const Call *> releases;
};

/// The regions of `fn`, in the order of their acquisition. A lock that escapes
/// (the guard is moved, returned, or passed on) has none from there on.
llvm::ArrayRef<LockRegion> lockRegions(Unit &unit, const Function &fn);

} // namespace heddle::checks
