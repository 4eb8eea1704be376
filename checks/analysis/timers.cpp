#include "analysis/timers.h"

#include "analysis/constants.h"
#include "analysis/durations.h"
#include "analysis/spawns.h"

#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A case of a select that only listens for the end of a context.
bool isEnd(Unit &unit, const Call &waitCase) {
  const Call *source =
      waitCase.args().empty() ? nullptr : unit.call(waitCase.args()[0]);
  return source && source->callee &&
         tableName(*source->callee) == "heddle::Context::done";
}

// `Timer t(d); t.receive();`
bool isVariableWaitedOut(Unit &unit, const Call &call) {
  const VarDecl *variable = variableMadeBy(unit, call);
  const Stmt *declared = statementOf(unit, call.site);
  const Call *next =
      declared ? onlyCall(unit, neighbour(unit, declared, 1)) : nullptr;
  return variable && next && objectOf(*next) == variable &&
         unit.roles(*next).has(Role::Suspends);
}

} // namespace

bool isWaitedOut(Unit &unit, const Call &call) {
  const Call *use = userOf(unit, *call.expr());
  if (!use)
    return isVariableWaitedOut(unit, call);
  if (unit.roles(*use).has(Role::Suspends))
    return use->object() != nullptr;
  const Call *select = userOf(unit, *use->expr());
  return select && llvm::all_of(select->args(), [&](const Expr *argument) {
           const Call *other = unit.call(argument);
           return other == use || (other && isEnd(unit, *other));
         });
}

bool isTicker(Unit &unit, const Call &call) {
  const auto *made = dyn_cast_or_null<CXXConstructorDecl>(call.callee);
  return made && llvm::any_of(made->getParent()->methods(),
                              [&](const CXXMethodDecl *method) {
                                return unit.roles(method).has(Role::Receives);
                              });
}

const VarDecl *variableMadeBy(Unit &unit, const Call &call) {
  const auto *declared =
      dyn_cast_or_null<DeclStmt>(statementOf(unit, call.site));
  return declared && declared->isSingleDecl()
             ? dyn_cast<VarDecl>(declared->getSingleDecl())
             : nullptr;
}

const Call *userOf(Unit &unit, const Expr &expr) {
  const Stmt *up = unit.parent(&expr);
  while (up && isa<ImplicitCastExpr, MaterializeTemporaryExpr, ParenExpr,
                   CXXBindTemporaryExpr, MemberExpr>(up))
    up = unit.parent(up);
  const auto *user = dyn_cast_or_null<CallExpr>(up);
  return user ? unit.call(user) : nullptr;
}

std::optional<std::chrono::nanoseconds> sleepLength(Unit &unit,
                                                    const Call &call) {
  if (call.args().empty())
    return std::nullopt;
  const Expr *given = call.args()[0];
  if (!call.callee || tableName(*call.callee) != "usleep")
    return durationOf(unit.context(), given);
  auto number = constant(unit, given);
  if (!number)
    return std::nullopt;
  return std::chrono::microseconds(*number);
}

} // namespace heddle::checks
