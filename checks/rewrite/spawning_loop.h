/// A loop that starts a task each round, and the wait for all of them.
#pragma once

#include "analysis/spawns.h"

namespace heddle::checks {

/// The rounds do little but spawn a lambda; what waits for its tasks, and for
/// no others that could matter, is the statement behind the loop.
struct SpawningLoop {
  const Loop *loop;
  const Call *spawn;

  /// Null where the spawn is the loop's body without braces.
  const clang::CompoundStmt *body = nullptr;
  const clang::Stmt *spawnStatement = nullptr;
  const clang::Stmt *wait = nullptr;
  const clang::LambdaExpr *lambda = nullptr;

  /// What counts the tasks: a local variable.
  const clang::ValueDecl *group = nullptr;
  /// It counts other tasks too, so that it stays, and its wait.
  bool keepsGroup = false;
  const clang::Stmt *declaration = nullptr;
  /// Statements that count up and down; null where the spawn does that.
  const clang::Stmt *add = nullptr;
  const clang::Stmt *done = nullptr;
  /// Set if `add` is ahead of the loop, for all of its rounds.
  const clang::Expr *addedCount = nullptr;
};

/// The shape of `loop` around `spawn`, if it is that.
std::optional<SpawningLoop> spawningLoop(Unit &unit, const Loop &loop,
                                         const Call &spawn);

} // namespace heddle::checks
