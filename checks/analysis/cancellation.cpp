#include "analysis/cancellation.h"

#include "analysis/callables.h"
#include "analysis/names.h"
#include "analysis/spawns.h"
#include "analysis/timers.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

const CXXRecordDecl *recordOf(const ValueDecl &decl) {
  QualType type = decl.getType().getNonReferenceType();
  if (type->isPointerType())
    type = type->getPointeeType();
  return type->getAsCXXRecordDecl();
}

bool isContext(const ValueDecl &decl) {
  const CXXRecordDecl *record = recordOf(decl);
  return record && !decl.getType()->isPointerType() &&
         tableName(*record) == "heddle::Context";
}

class Listeners {
public:
  explicit Listeners(Unit &unit) : unit(unit) {}

  bool areIn(const Stmt *stmt, unsigned depth) {
    if (!stmt)
      return false;
    const ValueDecl *named = nullptr;
    if (const auto *ref = dyn_cast<DeclRefExpr>(stmt))
      named = ref->getDecl();
    else if (const auto *member = dyn_cast<MemberExpr>(stmt))
      named = member->getMemberDecl();
    if (named && !isa<FunctionDecl>(named) && tellsToStop(*named))
      return true;
    const auto *expr = dyn_cast<Expr>(stmt);
    if (const Call *call = expr ? unit.call(expr) : nullptr;
        call && isTold(*call, depth))
      return true;
    return any_of(stmt->children(),
                  [&](const Stmt *child) { return areIn(child, depth); });
  }

private:
  bool isTold(const Call &call, unsigned depth) {
    if (const auto *value = dyn_cast<CallExpr>(call.site)) {
      const CXXRecordDecl *record =
          value->getType().getNonReferenceType()->getAsCXXRecordDecl();
      if (record && tableName(*record) == "heddle::Context")
        return true;
    }
    if (unit.roles(call).has(Role::Receives) && isClosed(call))
      return true;
    const Function *body = unit.function(call.callee);
    return body && depth > 0 && visited.insert(body).second &&
           areIn(body->body, depth - 1);
  }

  // By another name, any that has the type may be it.
  bool isClosed(const Call &receive) {
    const ValueDecl *object = objectOf(receive);
    const Expr *receiver = receive.object();
    if (!receiver && !receive.args().empty())
      receiver = receive.args()[0];
    if (!receiver)
      return false;
    bool isAlias = !object || isa<ParmVarDecl>(object) ||
                   object->getType()->isReferenceType();
    QualType type = receiver->getType().getCanonicalType().getUnqualifiedType();
    return any_of(unit.functions(), [&](const Function *fn) {
      return any_of(fn->calls, [&](const Call *call) {
        if (!unit.roles(*call).hasAny({Role::Closes, Role::ShutsDown}) ||
            !call->object())
          return false;
        const ValueDecl *closed = objectOf(*call);
        bool other = !closed || isa<ParmVarDecl>(closed) ||
                     closed->getType()->isReferenceType();
        return (object && closed == object) ||
               ((isAlias || other) && call->object()
                                              ->getType()
                                              .getCanonicalType()
                                              .getUnqualifiedType() == type);
      });
    });
  }

  Unit &unit;
  DenseSet<const Function *> visited;
};

} // namespace

bool tellsToStop(const ValueDecl &decl) {
  const CXXRecordDecl *record = recordOf(decl);
  return record &&
         hasWord(*record, {"context", "stop", "cancel", "cancellation", "done",
                           "shutdown", "quit"});
}

bool mayBeTold(Unit &unit, const Loop &loop) {
  return Listeners(unit).areIn(loop.stmt, 3);
}

bool isGuardedByTry(Unit &unit, const Loop &loop) {
  const Stmt *part = loop.stmt;
  for (const Stmt *up = unit.parent(part); up; part = up, up = unit.parent(up))
    if (const auto *guarded = dyn_cast<CXXTryStmt>(up);
        guarded && part == guarded->getTryBlock())
      return true;
  return false;
}

bool runsUnseen(Unit &unit, const Loop &loop) {
  return any_of(loop.function->calls, [&](const Call *call) {
    if (!unit.isWithin(call->site, loop.stmt) || call->destroyed)
      return false;
    if (!call->callee)
      return invocations(unit, *call).empty();
    const auto *type = call->callee->getType()->getAs<FunctionProtoType>();
    return !isStandard(*call->callee) && call->callee->getBuiltinID() == 0 &&
           unit.roles(*call).empty() && !unit.function(call->callee) &&
           !(type && type->isNothrow()) && !call->callee->isImplicit() &&
           !call->callee->isDefaulted();
  });
}

const ValueDecl *contextAt(Unit &unit, const Stmt *stmt) {
  const Function *fn = unit.functionOf(stmt);
  for (const Stmt *up = unit.parent(stmt); up;
       stmt = up, up = unit.parent(up)) {
    const auto *block = dyn_cast<CompoundStmt>(up);
    if (!block)
      continue;
    for (const Stmt *before : block->body()) {
      if (before == stmt)
        break;
      const auto *declared = dyn_cast<DeclStmt>(before);
      if (!declared)
        continue;
      for (const Decl *decl : declared->decls()) {
        const auto *variable = dyn_cast<VarDecl>(decl);
        if (variable && isContext(*variable))
          return variable;
        if (const auto *parts = dyn_cast<DecompositionDecl>(decl))
          for (const BindingDecl *part : parts->bindings())
            if (isContext(*part))
              return part;
      }
    }
  }
  if (fn && fn->decl)
    for (const ParmVarDecl *parameter : fn->decl->parameters())
      if (isContext(*parameter) && !parameter->getName().empty())
        return parameter;
  return nullptr;
}

bool isCancel(Unit &unit, const ValueDecl &decl) {
  const CXXRecordDecl *record =
      decl.getType().getNonReferenceType()->getAsCXXRecordDecl();
  return record && record->hasDefinition() &&
         llvm::any_of(record->methods(), [&](const CXXMethodDecl *method) {
           return method->getOverloadedOperator() == OO_Call &&
                  unit.roles(method).has(Role::EndsContext);
         });
}

bool endsItsContext(Unit &unit, QualType type) {
  const CXXRecordDecl *record =
      type.getNonReferenceType()->getAsCXXRecordDecl();
  return record && unit.roles(record).has(Role::EndsContext);
}

bool isKeptBeyond(Unit &unit, const ValueDecl &context, const Function &maker) {
  return llvm::any_of(unit.mentions(&context), [&](const Expr *mention) {
    const Function *fn = unit.functionOf(mention);
    if (!fn || isa_and_nonnull<ReturnStmt>(unit.parent(mention)))
      return true;
    return fn != &maker &&
           !llvm::all_of(invokers(unit, *fn), [](const Invocation &by) {
             return runsDuringCall(by.execution);
           });
  });
}

} // namespace heddle::checks
