// Which calls start tasks, what counts and bounds them, and who waits for them.
#pragma once

#include "analysis/callables.h"
#include "analysis/loops.h"

#include <optional>

namespace heddle::checks {

/// A call that starts a task each time it runs.
struct Spawn {
  /// From the call asked about to the one that is declared to spawn.
  llvm::SmallVector<const Call *, 2> path;
  /// The task's body, null if it is not in view.
  const Function *task = nullptr;

  /// The call that is declared to spawn.
  const Call &call() const { return *path.back(); }
};

/// Every execution of `call` starts a task, itself or through functions in
/// view, and nothing on the way there bounds how many there are or waits for
/// it.
std::optional<Spawn> spawns(Unit &unit, const Call &call);

/// The loop that starts a task of `spawn` per round, without a bound: nothing
/// between its rounds waits for tasks or for a slot, and it neither takes its
/// items from a stream nor goes on for ever. Null if there is none.
const Loop *unboundedLoop(Unit &unit, const Spawn &spawn);

/// The loop that starts a task of `spawn` for each item of its stream, without
/// a bound. Null if there is none.
const Loop *receivingLoop(Unit &unit, const Spawn &spawn);

/// A limit is set in view on the group that the spawn is made on.
bool hasLimit(Unit &unit, const Call &spawn);

/// The task goes on until its stream ends, or for ever.
bool isLongLived(Unit &unit, const Function &task);

/// The variable or member that `call` is made on; null if it is neither, and
/// for a member of anything but `this`.
const clang::ValueDecl *objectOf(const Call &call);

/// What an expression names, without casts and parentheses; for a pointer, a
/// smart one too, what points there.
const clang::ValueDecl *namedBy(const clang::Expr *expr);

/// `stmt` is run whenever its function is, unless something before it throws.
bool isUnconditional(Unit &unit, const clang::Stmt *stmt);

/// The statement of a block that `stmt` is in, the innermost one; null for
/// the body of a loop or branch without braces.
const clang::Stmt *statementOf(Unit &unit, const clang::Stmt *stmt);

/// The statement after (`offset` > 0) or before `statement` in its block.
const clang::Stmt *neighbour(Unit &unit, const clang::Stmt *statement,
                             int offset);

/// The call that `statement` is, when it is nothing else.
const Call *onlyCall(Unit &unit, const clang::Stmt *statement);

/// The lambda that `expr` is where it stands, not a variable that holds one.
const clang::LambdaExpr *literalLambda(const clang::Expr *expr);

} // namespace heddle::checks
