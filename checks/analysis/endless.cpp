#include "analysis/endless.h"

#include "analysis/attempts.h"
#include "analysis/callables.h"
#include "analysis/lock_effects.h"
#include "analysis/suspends.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// A break leaves the loop that it stands in, or a switch.
bool leaves(const Stmt *stmt, bool inner) {
  if (!stmt || isa<LambdaExpr>(stmt))
    return false;
  if (isa<ReturnStmt, GotoStmt, IndirectGotoStmt, CXXThrowExpr, CoawaitExpr,
          CoyieldExpr, CoreturnStmt>(stmt) ||
      (isa<BreakStmt>(stmt) && !inner))
    return true;
  inner |= isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt, SwitchStmt>(stmt);
  return any_of(stmt->children(),
                [&](const Stmt *child) { return leaves(child, inner); });
}

bool hasThrow(const Stmt *stmt) {
  return stmt && (isa<CXXThrowExpr>(stmt) ||
                  any_of(stmt->children(),
                         [](const Stmt *child) { return hasThrow(child); }));
}

// A range-for over a stream that nothing ends.
bool isOverEndless(Unit &unit, const Loop &loop) {
  const auto *range = dyn_cast<CXXForRangeStmt>(loop.stmt);
  const Expr *items = range && range->getRangeInit()
                          ? range->getRangeInit()->IgnoreUnlessSpelledInSource()
                          : nullptr;
  const Call *call = items ? unit.call(items) : nullptr;
  return call && unit.roles(*call).has(Role::NeverEnds);
}

class Runs {
public:
  explicit Runs(Unit &unit) : unit(unit) {}

  /// Whether `call` comes back, without anything else having had a turn.
  bool straightOn(const Call &call) {
    if (suspends(unit, call) || blocks(unit, call) || yields(unit, call) ||
        suspendsForLock(unit, call) ||
        unit.roles(call).has(Role::YieldsThread) || doesNotReturn(call) ||
        mayBeAnother(call) || takesLock(call))
      return false;
    bool seen = isKnown(call);
    for (const Invocation &next : invocations(unit, call)) {
      seen |= !next.argument;
      bool mayRun = runsDuringCall(next.execution) ||
                    next.execution == Execution::Unknown;
      if (mayRun && !straightOn(*next.target))
        return false;
    }
    return seen;
  }

  bool doesNotReturn(const Call &call) {
    return call.callee && call.callee->isNoReturn();
  }

private:
  bool straightOn(const Function &fn) {
    return !visited.insert(&fn).second ||
           (!hasThrow(fn.body) && all_of(fn.calls, [&](const Call *call) {
             return straightOn(*call);
           }));
  }

  bool mayBeAnother(const Call &call) const {
    const auto *method = dyn_cast_or_null<CXXMethodDecl>(call.callee);
    return method && method->isVirtual() && !unit.overriders(method).empty();
  }

  // It may wait until the lock is free.
  bool takesLock(const Call &call) const {
    const auto *made = dyn_cast_or_null<CXXConstructorDecl>(call.callee);
    return made &&
           LockEffects(unit).isGuard(made->getThisType()->getPointeeType());
  }

  // The library's and the compiler's own.
  bool isKnown(const Call &call) const {
    if (!call.callee || callsUnseen(call))
      return false;
    return isStandard(*call.callee) || call.callee->getBuiltinID() != 0 ||
           call.callee->isImplicit() || call.callee->isDefaulted() ||
           call.callee->isReplaceableGlobalAllocationFunction();
  }

  // A std::function or a pointer, called or given to an algorithm.
  bool callsUnseen(const Call &call) const {
    auto isUnseen = [&](const Expr *expr) {
      return expr && holdsAnyFunction(expr->getType().getNonReferenceType()) &&
             !callableOf(unit, expr);
    };
    return (call.callee->getOverloadedOperator() == OO_Call &&
            isUnseen(call.object())) ||
           any_of(call.args(), isUnseen);
  }

  static bool holdsAnyFunction(QualType type) {
    const CXXRecordDecl *record = type->getAsCXXRecordDecl();
    return type->isFunctionPointerType() || type->isFunctionType() ||
           type->isMemberFunctionPointerType() ||
           (record &&
            is_contained({"std::function", "std::move_only_function",
                          "std::packaged_task", "std::reference_wrapper"},
                         tableName(*record)));
  }

  Unit &unit;
  DenseSet<const Function *> visited;
};

} // namespace

bool neverEnds(Unit &unit, const Loop &loop) {
  Runs runs(unit);
  bool goesOn = loop.trips == TripCount::Endless || isOverEndless(unit, loop);
  return goesOn && !loop.callable && !leaves(loop.body, false) &&
         none_of(loop.function->calls, [&](const Call *call) {
           return unit.isWithin(call->site, loop.body) &&
                  runs.doesNotReturn(*call);
         });
}

bool neverPauses(Unit &unit, const Loop &loop) {
  Runs runs(unit);
  return neverEnds(unit, loop) &&
         all_of(loop.function->calls, [&](const Call *call) {
           return !unit.isWithin(call->site, loop.stmt) ||
                  runs.straightOn(*call);
         });
}

bool goesOn(Unit &unit, const Loop &loop) {
  if (loop.trips == TripCount::Endless)
    return true;
  const auto *counted = dyn_cast<ForStmt>(loop.stmt);
  if (isa<CXXForRangeStmt>(loop.stmt) || (counted && counted->getInc()))
    return false;
  const Expr *condition = conditionOf(loop);
  if (!condition)
    return false;
  condition = condition->IgnoreUnlessSpelledInSource();
  while (const auto *negation = dyn_cast<UnaryOperator>(condition)) {
    if (negation->getOpcode() != UO_LNot)
      return false;
    condition = negation->getSubExpr()->IgnoreUnlessSpelledInSource();
  }
  if (isa<DeclRefExpr, MemberExpr>(condition))
    return true;
  const Call *call = unit.call(condition);
  const auto *method =
      call ? dyn_cast_or_null<CXXMethodDecl>(call->callee) : nullptr;
  if (!method)
    return false;
  std::string name = tableName(*method->getParent());
  return llvm::is_contained({"std::atomic", "std::__atomic_base",
                             "std::atomic_flag", "std::stop_token",
                             "heddle::Context"},
                            name);
}

} // namespace heddle::checks
