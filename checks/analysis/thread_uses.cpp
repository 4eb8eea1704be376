#include "analysis/thread_uses.h"

#include "analysis/spawns.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

bool isThreadLocal(const ValueDecl &decl) {
  const auto *variable = dyn_cast<VarDecl>(&decl);
  return variable && variable->getTLSKind() != VarDecl::TLS_None &&
         !variable->getType().isConstQualified();
}

class Pointees {
public:
  explicit Pointees(Unit &unit) : unit(unit) {}

  const VarDecl *of(const Expr *value, bool isPlace) {
    value = value->IgnoreParens();
    if (const auto *cleanups = dyn_cast<ExprWithCleanups>(value))
      return of(cleanups->getSubExpr(), isPlace);
    if (const auto *cast = dyn_cast<CastExpr>(value)) {
      CastKind kind = cast->getCastKind();
      return kind == CK_LValueToRValue
                 ? nullptr
                 : of(cast->getSubExpr(),
                      isPlace || kind == CK_ArrayToPointerDecay);
    }
    if (const auto *op = dyn_cast<UnaryOperator>(value))
      return op->getOpcode() == UO_AddrOf ? of(op->getSubExpr(), true)
                                          : nullptr;
    if (isPlace)
      if (const VarDecl *variable = namedThreadLocal(value))
        return variable;
    if (const auto *member = dyn_cast<MemberExpr>(value))
      return isPlace && !member->isArrow() ? of(member->getBase(), true)
                                           : nullptr;
    if (const auto *element = dyn_cast<ArraySubscriptExpr>(value))
      return isPlace ? of(element->getBase(), true) : nullptr;
    const Call *call = unit.call(value);
    if (!call || !call->callee || !leadsOn(call->callee->getReturnType()))
      return nullptr;
    if (const Expr *object = call->object();
        object && isStandard(*call->callee))
      return of(object, true);
    return returned(*call);
  }

private:
  // An accessor gives the same variable wherever it returns.
  const VarDecl *returned(const Call &call) {
    const Function *body = unit.function(call.callee);
    if (!body || body->returns.empty() || depth == 2)
      return nullptr;
    ++depth;
    const VarDecl *first = nullptr;
    bool same = all_of(body->returns, [&](const ReturnStmt *result) {
      const VarDecl *next =
          result->getRetValue()
              ? of(result->getRetValue(),
                   call.callee->getReturnType()->isReferenceType())
              : nullptr;
      first = first ? first : next;
      return next && next == first;
    });
    --depth;
    return same ? first : nullptr;
  }

  Unit &unit;
  unsigned depth = 0;
};

void collect(Unit &unit, const Function &fn, unsigned level,
             ThreadUses &found) {
  for (const VarDecl *variable : unit.threadLocals())
    if (isThreadLocal(*variable))
      for (const Use &use : usesOf(unit, variable))
        if (unit.functionOf(use.mention) == &fn && !isCounted(unit, use))
          (isRead(use) ? found.read : found.set).insert(variable);
  if (level < 2)
    for (const Call *call : fn.calls)
      if (const Function *next = unit.function(call->callee))
        collect(unit, *next, level + 1, found);
}

} // namespace

const VarDecl *namedThreadLocal(const Expr *expr) {
  const ValueDecl *named = namedBy(expr);
  return named && isThreadLocal(*named)
             ? cast<VarDecl>(named->getCanonicalDecl())
             : nullptr;
}

bool isCounted(Unit &unit, const Use &use) {
  const Stmt *up = unit.parent(use.mention);
  const auto *unary = dyn_cast_or_null<UnaryOperator>(up);
  const auto *binary = dyn_cast_or_null<BinaryOperator>(up);
  return (unary && unary->isIncrementDecrementOp()) ||
         (binary && binary->isCompoundAssignmentOp() &&
          binary->getLHS() == use.mention);
}

bool leadsOn(QualType type) {
  if (type->isPointerType() || type->isReferenceType())
    return true;
  const CXXRecordDecl *record = type->getAsCXXRecordDecl();
  if (!record || !record->getIdentifier())
    return false;
  StringRef name = record->getName();
  return name.contains("iterator") || name.ends_with("view") ||
         name.ends_with("span");
}

const VarDecl *leadsTo(Unit &unit, const Expr *value, bool isPlace) {
  return Pointees(unit).of(value, isPlace);
}

ThreadUses threadUses(Unit &unit, const Function &fn) {
  ThreadUses found;
  collect(unit, fn, 0, found);
  return found;
}

} // namespace heddle::checks
