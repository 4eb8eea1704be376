#include "analysis/attempts.h"

#include "analysis/polling.h"
#include "analysis/spawns.h"
#include "analysis/timers.h"
#include "analysis/uses.h"
#include "analysis/ways.h"

#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

bool isNegation(const Expr *condition) {
  const auto *op = dyn_cast<UnaryOperator>(condition->IgnoreParenImpCasts());
  return op && op->getOpcode() == UO_LNot;
}

bool endsRound(const Stmt *stmt) {
  if (const auto *block = dyn_cast_or_null<CompoundStmt>(stmt))
    return !block->body_empty() && endsRound(block->body_back());
  return isa_and_nonnull<ContinueStmt>(stmt);
}

void addLeaving(const Stmt *stmt, SmallVectorImpl<const Expr *> &found) {
  if (!stmt || isa<LambdaExpr>(stmt))
    return;
  if (const auto *branch = dyn_cast<IfStmt>(stmt);
      branch &&
      (leavesLoop(branch->getThen()) || leavesLoop(branch->getElse())))
    found.push_back(branch->getCond());
  for (const Stmt *child : stmt->children())
    addLeaving(child, found);
}

} // namespace

const Expr *conditionOf(const Loop &loop) {
  if (const auto *repeat = dyn_cast<WhileStmt>(loop.stmt))
    return repeat->getConditionVariable() ? nullptr : repeat->getCond();
  if (const auto *repeat = dyn_cast<DoStmt>(loop.stmt))
    return repeat->getCond();
  return cast<ForStmt>(loop.stmt)->getCond();
}

SmallVector<const Expr *, 2> endsOn(const Loop &loop) {
  SmallVector<const Expr *, 2> found;
  if (loop.callable)
    return found;
  if (const auto *repeat = dyn_cast<WhileStmt>(loop.stmt))
    found.push_back(repeat->getCond());
  else if (const auto *later = dyn_cast<DoStmt>(loop.stmt))
    found.push_back(later->getCond());
  else if (const auto *counted = dyn_cast<ForStmt>(loop.stmt);
           counted && counted->getCond() && !counted->getInc())
    found.push_back(counted->getCond());
  addLeaving(loop.body, found);
  return found;
}

std::optional<SmallVector<const Stmt *, 2>>
onlyPausesBeside(Unit &unit, const Loop &loop, const Call &call) {
  SmallVector<const Stmt *, 2> pauses;
  const auto *block = dyn_cast<CompoundStmt>(loop.body);
  if (!block)
    return onlyCall(unit, loop.body) == &call ? std::optional(pauses)
                                              : std::nullopt;
  bool found = false;
  for (const Stmt *stmt : block->body()) {
    if (onlyCall(unit, stmt) == &call)
      found = true;
    else if (onlyPauses(unit, stmt, false))
      pauses.push_back(stmt);
    else
      return std::nullopt;
  }
  return found ? std::optional(pauses) : std::nullopt;
}

bool failsIdly(Unit &unit, const Loop &loop, const Call &attempt) {
  if (const Expr *condition = conditionOf(loop);
      condition && unit.isWithin(attempt.site, condition))
    // Without a round's work, the loop only repeats a failed attempt.
    return !isa<ForStmt>(loop.stmt) && isNegation(condition) &&
           onlyPauses(unit, loop.body, false);
  Stmt *only = const_cast<Stmt *>(loop.body);
  ArrayRef<Stmt *> body = only;
  if (const auto *block = dyn_cast<CompoundStmt>(loop.body))
    body = {block->body_begin(), block->body_end()};
  while (!body.empty() && onlyPauses(unit, body.front(), false))
    body = body.drop_front();
  if (body.empty() || !unit.isWithin(attempt.site, body.front()))
    return false;
  // `if (auto item = try_receive()) …`, or with the item declared before.
  const VarDecl *item = variableMadeBy(unit, attempt);
  if (item) {
    body = body.drop_front();
    if (body.empty())
      return false;
  }
  const auto *branch = dyn_cast<IfStmt>(body.front());
  if (!branch || branch->getInit())
    return false;
  const Expr *condition = branch->getCond();
  if (item ? !mentions(condition, item)
           : !branch->getConditionVariable() &&
                 !unit.isWithin(attempt.site, condition))
    return false;
  bool negated = isNegation(condition);
  const Stmt *failed = negated ? branch->getThen() : branch->getElse();
  bool skips = negated && endsRound(failed);
  return onlyPauses(unit, failed, false) &&
         (skips || all_of(body.drop_front(), [&](const Stmt *rest) {
            return onlyPauses(unit, rest, false);
          }));
}

bool isRetry(Unit &unit, const Loop &loop) {
  if (isa<CXXForRangeStmt>(loop.stmt) || loop.callable || receiving(unit, loop))
    return false;
  llvm::SmallVector<const Stmt *> pending = {loop.body};
  while (!pending.empty()) {
    const Stmt *stmt = pending.pop_back_val();
    if (!stmt || isa<LambdaExpr>(stmt))
      continue;
    if (isa<BreakStmt, ReturnStmt, CXXTryStmt>(stmt))
      return true;
    pending.append(stmt->child_begin(), stmt->child_end());
  }
  return false;
}

} // namespace heddle::checks
