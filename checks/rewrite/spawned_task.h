/// One task that is waited for at once, as text that can move.
#pragma once

#include "analysis/fork_join.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// What one spawn brings, and what it shares with the wait.
struct SpawnedTask {
  SpawnedTask(Unit &unit, const ForkJoin &fork, const ForkJoin::Branch &branch);

  /// The task is given in place, and means the same where it stands.
  bool isPlain() const;
  /// The value that the task gives, as an expression; null if it is not one.
  const clang::Expr *value() const;
  bool returns() const;
  /// The variable that the two share is named so often, but for its
  /// declaration.
  bool sharesOnly(unsigned count) const;
  /// How often the lambda captures it.
  unsigned capturedUses() const;
  /// Its declaration, if that is alone in a statement of the spawn's block.
  const clang::Stmt *declaration() const;

  Unit &unit;
  const ForkJoin &fork;
  const ForkJoin::Branch &branch;
  const Call &start;
  /// The spawn's only argument, and that as a lambda.
  const clang::Expr *callable = nullptr;
  const clang::LambdaExpr *lambda = nullptr;
  const clang::CompoundStmt *body = nullptr;
  /// The task's last statement, if that only tells the one who waits.
  const clang::Stmt *signal = nullptr;

private:
  bool isMovedFrom(const clang::ValueDecl *variable) const;
};

/// Puts the body of the task's lambda in the place of its spawn. Fails where it
/// returns early.
void splice(Edits &edits, const Source &source, const SpawnedTask &task);

} // namespace heddle::checks
