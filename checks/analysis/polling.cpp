#include "analysis/polling.h"

#include "analysis/lock_effects.h"
#include "analysis/spawns.h"
#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// Wrappers of wrappers; ends recursive ones.
constexpr unsigned maxDepth = 4;

PauseKind pauseWithin(Unit &unit, const Call &call, unsigned depth) {
  RoleSet roles = unit.roles(call);
  if (roles.has(Role::Sleeps))
    return PauseKind::Sleep;
  if (roles.hasAny({Role::Yields, Role::YieldsThread}))
    return PauseKind::Yield;
  const Function *body = unit.function(call.callee);
  if (!body || depth == 0 || body->calls.empty() ||
      !onlyPauses(unit, body->body, true))
    return PauseKind::None;
  for (const Call *inner : body->calls)
    if (PauseKind kind = pauseWithin(unit, *inner, depth - 1);
        kind != PauseKind::None)
      return kind;
  return PauseKind::None;
}

bool isCount(const Expr *expr) {
  expr = expr->IgnoreParenImpCasts();
  const auto *named = dyn_cast<DeclRefExpr>(expr);
  const auto *variable = named ? dyn_cast<VarDecl>(named->getDecl()) : nullptr;
  return variable && variable->hasLocalStorage() &&
         variable->getType()->isIntegerType() &&
         !variable->getType()->isBooleanType();
}

bool hasCall(Unit &unit, const Stmt *stmt,
             function_ref<bool(const Call &)> wanted) {
  if (!stmt || isa<LambdaExpr>(stmt))
    return false;
  if (const auto *expr = dyn_cast<Expr>(stmt))
    if (const Call *call = unit.call(expr); call && wanted(*call))
      return true;
  return any_of(stmt->children(), [&](const Stmt *child) {
    return hasCall(unit, child, wanted);
  });
}

bool anyCall(const Call &) { return true; }

// `i % 64 == 0`, `++rounds > 100`: a count and nothing else.
bool isOnCount(Unit &unit, const Expr *condition) {
  if (hasCall(unit, condition, anyCall))
    return false;
  bool counts = false;
  SmallVector<const Stmt *> pending = {condition};
  while (!pending.empty()) {
    const Stmt *stmt = pending.pop_back_val();
    if (const auto *op = dyn_cast<BinaryOperator>(stmt))
      counts |= op->getOpcode() == BO_Rem || op->getOpcode() == BO_And;
    if (const auto *op = dyn_cast<UnaryOperator>(stmt))
      counts |= op->isIncrementDecrementOp();
    append_range(pending, stmt->children());
  }
  return counts;
}

class Poller {
public:
  explicit Poller(Unit &unit) : unit(unit) {}

  bool fits(const Stmt *stmt) {
    if (!stmt || isa<NullStmt, ContinueStmt, BreakStmt, ReturnStmt>(stmt))
      return true;
    if (const auto *block = dyn_cast<CompoundStmt>(stmt))
      return all_of(block->body(),
                    [&](const Stmt *part) { return fits(part); });
    if (const auto *branch = dyn_cast<IfStmt>(stmt))
      return fitsBranch(*branch);
    if (const auto *declared = dyn_cast<DeclStmt>(stmt))
      return fitsDeclaration(*declared);
    const auto *expr = dyn_cast<Expr>(stmt);
    return expr && (isStep(*expr) || isPause(*expr));
  }

  bool ask(const Expr *condition) {
    bool value;
    if (condition &&
        (condition->isValueDependent() ||
         !condition->EvaluateAsBooleanCondition(value, unit.context())))
      found.questions.push_back(condition);
    return true;
  }

  Polling found;

private:
  static bool leaves(const Stmt *stmt) {
    if (const auto *block = dyn_cast_or_null<CompoundStmt>(stmt))
      return !block->body_empty() && leaves(block->body_back());
    return isa_and_nonnull<BreakStmt, ReturnStmt>(stmt);
  }

  bool fitsBranch(const IfStmt &branch) {
    if (branch.getInit() || branch.getConditionVariable())
      return false;
    if (leaves(branch.getThen()) || leaves(branch.getElse()))
      ask(branch.getCond());
    return fits(branch.getThen()) && fits(branch.getElse());
  }

  // A lock held for the question, or its answer.
  bool fitsDeclaration(const DeclStmt &declared) {
    const auto *variable = declared.isSingleDecl()
                               ? dyn_cast<VarDecl>(declared.getSingleDecl())
                               : nullptr;
    if (!variable)
      return false;
    if (LockEffects(unit).isGuard(variable->getType()))
      return true;
    return variable->getInit() && variable->getType()->isBooleanType() &&
           ask(variable->getInit());
  }

  // Counting the rounds, or making the next pause longer.
  bool isStep(const Expr &expr) const {
    const Expr *bare = expr.IgnoreUnlessSpelledInSource();
    if (const auto *op = dyn_cast<UnaryOperator>(bare))
      return op->isIncrementDecrementOp() && isCount(op->getSubExpr());
    const Expr *target = nullptr, *value = nullptr;
    if (const auto *op = dyn_cast<BinaryOperator>(bare);
        op && op->isAssignmentOp()) {
      target = op->getLHS();
      value = op->getRHS();
    }
    if (const auto *op = dyn_cast<CXXOperatorCallExpr>(bare);
        op && op->isAssignmentOp()) {
      target = op->getArg(0);
      value = op->getArg(1);
    }
    const auto *named =
        target ? dyn_cast<DeclRefExpr>(target->IgnoreParens()) : nullptr;
    const auto *variable =
        named ? dyn_cast<VarDecl>(named->getDecl()) : nullptr;
    return variable && variable->hasLocalStorage() &&
           !variable->getType()->isBooleanType() && isMadeOf(value, *variable);
  }

  // Constants, and the variable itself.
  static bool isMadeOf(const Stmt *value, const VarDecl &variable) {
    if (const auto *named = dyn_cast<DeclRefExpr>(value)) {
      const auto *other = dyn_cast<VarDecl>(named->getDecl());
      return !other || other == &variable ||
             other->getType().isConstQualified();
    }
    return !isa<MemberExpr, ArraySubscriptExpr, CXXThisExpr>(value) &&
           all_of(value->children(),
                  [&](const Stmt *part) { return isMadeOf(part, variable); });
  }

  bool isPause(const Expr &expr) {
    const Call *call = onlyCall(unit, &expr);
    if (!call)
      return false;
    PauseKind kind = pauseOf(unit, *call);
    if (kind == PauseKind::None)
      // The processor's own hint to a spinning loop.
      return call->callee && call->callee->getBuiltinID() != 0 &&
             call->callee->getName().ends_with("pause");
    found.pause = call;
    found.kind = kind;
    return true;
  }

  Unit &unit;
};

// `--left`, as a part.
bool counts(const Stmt *stmt) {
  const auto *op = dyn_cast_or_null<UnaryOperator>(stmt);
  return stmt &&
         ((op && op->isIncrementDecrementOp() && isCount(op->getSubExpr())) ||
          any_of(stmt->children(), counts));
}

// A variable that the condition asks for and that a round changes.
bool usesUp(Unit &unit, const Expr *condition, const Stmt *body) {
  if (!condition)
    return false;
  if (counts(condition))
    return true;
  SmallVector<const ValueDecl *, 4> asked;
  SmallVector<const Stmt *> pending = {condition};
  while (!pending.empty()) {
    const Stmt *stmt = pending.pop_back_val();
    if (const auto *named = dyn_cast<DeclRefExpr>(stmt);
        named && isa<VarDecl>(named->getDecl()))
      asked.push_back(named->getDecl());
    else if (const auto *member = dyn_cast<MemberExpr>(stmt);
             member && isa<FieldDecl>(member->getMemberDecl()))
      asked.push_back(member->getMemberDecl());
    for (const Stmt *child : stmt->children())
      if (child)
        pending.push_back(child);
  }
  Touched round = touchedBy(unit, body);
  auto changes = [&](const ValueDecl *variable) {
    QualType type = variable->getType().getNonReferenceType();
    const CXXRecordDecl *record = type->getAsCXXRecordDecl();
    bool shared = record && StringRef(tableName(*record)).contains("atomic");
    return !shared && !type->isBooleanType() &&
           is_contained(round.written, variable);
  };
  return any_of(asked, changes);
}

} // namespace

PauseKind pauseOf(Unit &unit, const Call &call) {
  return pauseWithin(unit, call, maxDepth);
}

bool onlyPauses(Unit &unit, const Stmt *stmt, bool sleeps) {
  if (!stmt || isa<NullStmt, ContinueStmt>(stmt))
    return true;
  if (const auto *block = dyn_cast<CompoundStmt>(stmt))
    return all_of(block->body(), [&](const Stmt *part) {
      return onlyPauses(unit, part, sleeps);
    });
  const Call *call = onlyCall(unit, stmt);
  PauseKind kind = call ? pauseOf(unit, *call) : PauseKind::None;
  return kind == PauseKind::Yield || (sleeps && kind == PauseKind::Sleep);
}

std::optional<Polling> polling(Unit &unit, const Loop &loop) {
  if (loop.callable || isa<CXXForRangeStmt>(loop.stmt))
    return std::nullopt;
  Poller poller(unit);
  const Expr *condition = nullptr;
  if (const auto *counted = dyn_cast<ForStmt>(loop.stmt)) {
    condition = counted->getCond();
    if (!poller.fits(counted->getInc()))
      return std::nullopt;
  } else if (const auto *repeat = dyn_cast<WhileStmt>(loop.stmt)) {
    if (repeat->getConditionVariable())
      return std::nullopt;
    condition = repeat->getCond();
  } else {
    condition = cast<DoStmt>(loop.stmt)->getCond();
  }
  poller.ask(condition);
  // One of the answers must come from elsewhere: another thread or device.
  bool asks = poller.fits(loop.body) &&
              any_of(poller.found.questions, [&](const Expr *question) {
                return hasCall(unit, question, anyCall) ||
                       !usesUp(unit, question, loop.stmt);
              });
  return asks ? std::optional(std::move(poller.found)) : std::nullopt;
}

bool progresses(Unit &unit, const Loop &loop) {
  if (onlyPauses(unit, loop.body, true))
    return false;
  if (loop.callable || isa<CXXForRangeStmt>(loop.stmt) || receiving(unit, loop))
    return true;
  if (polling(unit, loop))
    return false;
  if (const auto *repeat = dyn_cast<WhileStmt>(loop.stmt))
    return repeat->getConditionVariable() ||
           usesUp(unit, repeat->getCond(), repeat->getBody());
  if (const auto *repeat = dyn_cast<DoStmt>(loop.stmt))
    return usesUp(unit, repeat->getCond(), repeat->getBody());
  const auto *counted = cast<ForStmt>(loop.stmt);
  return counted->getCond() &&
         (counted->getInc() || usesUp(unit, counted->getCond(), loop.body));
}

bool isEachRound(Unit &unit, const Stmt *stmt, const Stmt *loop) {
  for (const Stmt *up = unit.parent(stmt); up && up != loop;
       stmt = up, up = unit.parent(up)) {
    if (isa<SwitchStmt, CXXCatchStmt, AbstractConditionalOperator, LambdaExpr>(
            up))
      return false;
    if (const auto *op = dyn_cast<BinaryOperator>(up);
        op && op->isLogicalOp() && stmt == op->getRHS())
      return false;
    const auto *branch = dyn_cast<IfStmt>(up);
    if (branch && stmt != branch->getCond() &&
        (stmt == branch->getElse() || branch->getConditionVariable() ||
         !isOnCount(unit, branch->getCond())))
      return false;
  }
  return true;
}

bool comparesAndExchanges(Unit &unit, const Stmt *stmt) {
  return hasCall(unit, stmt, [](const Call &call) {
    return call.callee && call.callee->getIdentifier() &&
           call.callee->getName().contains("compare_exchange");
  });
}

} // namespace heddle::checks
