#include "analysis/channel_expressions.h"

#include "analysis/channel_types.h"

#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

// Its result is the channel that it is given or called on.
bool passesOn(Unit &unit, const CallExpr &call) {
  const FunctionDecl *callee = call.getDirectCallee();
  if (!callee || !denotesChannel(unit, call.getType()))
    return false;
  if (const auto *method = dyn_cast<CXXMethodDecl>(callee))
    return isHandleClass(*method->getParent()) && method->getIdentifier() &&
           method->getName() == "get";
  return unit.roles(callee).has(Role::Forwards);
}

} // namespace

bool isChannelOrigin(Unit &unit, const Expr &expr) {
  if (const auto *ref = dyn_cast<DeclRefExpr>(&expr))
    return isa<VarDecl>(ref->getDecl()) && !ref->getDecl()->isImplicit();
  if (const auto *member = dyn_cast<MemberExpr>(&expr))
    return isa<FieldDecl>(member->getMemberDecl());
  const auto *call = dyn_cast<CallExpr>(&expr);
  return isa<CXXNewExpr>(&expr) ||
         (call && !isa<CXXOperatorCallExpr>(call) && !passesOn(unit, *call));
}

const Expr *channelOriginOf(Unit &unit, const Expr *expr) {
  while (expr && !isChannelOrigin(unit, *expr)) {
    const Expr *bare = expr->IgnoreUnlessSpelledInSource();
    if (bare != expr)
      expr = bare;
    else if (const auto *op = dyn_cast<UnaryOperator>(expr))
      expr = op->getSubExpr();
    else if (const auto *method = dyn_cast<CXXMemberCallExpr>(expr))
      expr = method->getImplicitObjectArgument();
    else if (const auto *call = dyn_cast<CallExpr>(expr))
      expr = call->getNumArgs() ? call->getArg(0) : nullptr;
    else if (const auto *copy = dyn_cast<CXXConstructExpr>(expr))
      expr = copy->getNumArgs() ? copy->getArg(0) : nullptr;
    else
      return nullptr;
  }
  return expr;
}

bool denotesSame(Unit &unit, const Stmt &up, const Stmt &child) {
  if (isa<ParenExpr, ImplicitCastExpr, MaterializeTemporaryExpr, FullExpr,
          CXXBindTemporaryExpr, CXXFunctionalCastExpr, CXXStaticCastExpr>(up))
    return denotesChannel(unit, cast<Expr>(up).getType());
  if (const auto *op = dyn_cast<UnaryOperator>(&up))
    return op->getOpcode() == UO_AddrOf || op->getOpcode() == UO_Deref;
  if (const auto *choice = dyn_cast<ConditionalOperator>(&up))
    return choice->getCond() != &child;
  if (const auto *copy = dyn_cast<CXXConstructExpr>(&up))
    return isHandleClass(*copy->getConstructor()->getParent());
  if (const auto *op = dyn_cast<CXXOperatorCallExpr>(&up))
    return (op->getOperator() == OO_Star || op->getOperator() == OO_Arrow) &&
           denotesChannel(unit, op->getType());
  const Stmt *called = isa<MemberExpr>(up) ? unit.parent(&up) : nullptr;
  const auto *call = dyn_cast<CallExpr>(called ? called : &up);
  return call && passesOn(unit, *call);
}

} // namespace heddle::checks
