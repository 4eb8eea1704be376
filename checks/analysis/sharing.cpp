#include "analysis/sharing.h"

#include "analysis/captures.h"

#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// Objects are handed on so often at most; ends recursion.
constexpr unsigned maxDepth = 6;

class Sharing {
public:
  explicit Sharing(Unit &unit) : unit(unit) {}

  bool ofThis(const Function &fn, unsigned depth) const {
    const Function &method = outermost(fn);
    return method.decl && depth > 0 &&
           any_of(unit.callsOf(method.decl), [&](const Call *call) {
             return of(call->object(), *call->caller, depth - 1);
           });
  }

  bool of(const Expr *object, const Function &fn, unsigned depth) const {
    object = object ? object->IgnoreParenImpCasts() : nullptr;
    if (depth == 0)
      return false;
    if (!object || isa<CXXThisExpr>(object))
      return ofThis(fn, depth);
    if (const auto *member = dyn_cast<MemberExpr>(object))
      return of(member->getBase(), fn, depth);
    if (const auto *op = dyn_cast<UnaryOperator>(object))
      return of(op->getSubExpr(), fn, depth);
    if (const auto *element = dyn_cast<ArraySubscriptExpr>(object))
      return of(element->getBase(), fn, depth);
    if (const auto *op = dyn_cast<CXXOperatorCallExpr>(object))
      return of(op->getArg(0), fn, depth);
    if (const auto *call = dyn_cast<CallExpr>(object))
      return ofResult(*call, depth);
    const auto *ref = dyn_cast<DeclRefExpr>(object);
    const auto *variable = ref ? dyn_cast<VarDecl>(ref->getDecl()) : nullptr;
    return variable && ofVariable(*variable, fn, depth);
  }

private:
  bool ofVariable(const VarDecl &variable, const Function &fn,
                  unsigned depth) const {
    if (variable.getTLSKind() != VarDecl::TLS_None)
      return false;
    if (variable.hasGlobalStorage())
      return true;
    bool refers = variable.getType()->isReferenceType() ||
                  variable.getType()->isPointerType();
    if (variable.getDeclContext() != fn.decl)
      return refers || isCapturedByReference(variable, fn);
    if (const auto *parameter = dyn_cast<ParmVarDecl>(&variable))
      return refers && ofArgument(*parameter, fn, depth - 1);
    return refers && variable.getInit() &&
           of(variable.getInit(), fn, depth - 1);
  }

  static bool isCapturedByReference(const VarDecl &variable,
                                    const Function &fn) {
    for (const Function *at = &fn; at && at->lambda; at = at->enclosing)
      for (const Capture &capture : captures(*at->lambda))
        if (capture.variable == &variable && capture.kind != Capture::Reference)
          return false;
    return fn.lambda;
  }

  bool ofArgument(const ParmVarDecl &parameter, const Function &fn,
                  unsigned depth) const {
    unsigned index = parameter.getFunctionScopeIndex();
    return fn.decl && any_of(unit.callsOf(fn.decl), [&](const Call *call) {
             return index < call->args().size() &&
                    of(call->args()[index], *call->caller, depth);
           });
  }

  // A function that returns a reference to what all have in common.
  bool ofResult(const CallExpr &call, unsigned depth) const {
    const Function *callee = unit.function(call.getDirectCallee());
    return callee && any_of(callee->returns, [&](const ReturnStmt *result) {
             return result->getRetValue() &&
                    of(result->getRetValue(), *callee, depth - 1);
           });
  }

  Unit &unit;
};

} // namespace

bool isShared(Unit &unit, const Expr *object, const Function &fn) {
  return Sharing(unit).of(object, fn, maxDepth);
}

bool isThisShared(Unit &unit, const Function &fn) {
  return Sharing(unit).ofThis(fn, maxDepth);
}

const Function &outermost(const Function &fn) {
  return fn.enclosing ? outermost(*fn.enclosing) : fn;
}

} // namespace heddle::checks
