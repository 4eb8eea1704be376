#include "analysis/uses.h"

#include "analysis/callables.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// Which parameter of the callee takes `argument`; null for variadic ones.
const ParmVarDecl *parameterFor(const Call &call, const Stmt *argument) {
  for (auto [index, candidate] : enumerate(call.args()))
    if (candidate == argument)
      return call.callee && index < call.callee->getNumParams()
                 ? call.callee->getParamDecl(index)
                 : nullptr;
  return nullptr;
}

bool isConstCall(const Call &call) {
  const auto *method = dyn_cast_or_null<CXXMethodDecl>(call.callee);
  return method && method->isConst();
}

Use useOfArgument(Unit &unit, const Expr *mention, const Call &call,
                  const Stmt *child) {
  if (call.object() == child ||
      (isa<CXXOperatorCallExpr>(call.site) &&
       cast<CXXOperatorCallExpr>(call.site)->getArg(0) == child))
    return {mention, UseKind::MethodCall, &call, isConstCall(call)};
  const auto *construction = dyn_cast<CXXConstructExpr>(call.site);
  if (construction && construction->getConstructor()->isCopyConstructor())
    return {mention, UseKind::Read, nullptr, true};
  const ParmVarDecl *parameter = parameterFor(call, child);
  if (!parameter)
    return {mention, UseKind::Escape};
  QualType type = parameter->getType();
  if (!type->isReferenceType() && !type->isPointerType())
    return {mention, UseKind::Read, nullptr, true};
  return {mention, UseKind::Escape, nullptr,
          type->getPointeeType().isConstQualified()};
}

Use classifyObject(Unit &unit, const Expr *mention, const Stmt *child);

// What is done through a pointer is done to what it points to: the pointer
// itself is read, though not without consequence.
Use classify(Unit &unit, const Expr *mention) {
  const Stmt *value = unit.parent(mention);
  const auto *load = dyn_cast_or_null<ImplicitCastExpr>(value);
  if (load && load->getCastKind() == CK_LValueToRValue &&
      load->getType()->isPointerType()) {
    const Stmt *up = unit.parent(load);
    const auto *op = dyn_cast_or_null<UnaryOperator>(up);
    if (isa_and_nonnull<ArraySubscriptExpr, MemberExpr>(up) ||
        (op && op->getOpcode() == UO_Deref))
      return {mention, UseKind::Read, nullptr,
              classifyObject(unit, mention, load).readOnly};
    return {mention, UseKind::Read, nullptr,
            load->getType()->getPointeeType().isConstQualified()};
  }
  return classifyObject(unit, mention, mention);
}

Use classifyObject(Unit &unit, const Expr *mention, const Stmt *child) {
  for (const Stmt *up = unit.parent(child); up;
       child = up, up = unit.parent(up)) {
    if (const auto *cast = dyn_cast<ImplicitCastExpr>(up)) {
      if (cast->getCastKind() == CK_LValueToRValue)
        return {mention, UseKind::Read, nullptr, true};
      continue;
    }
    if (isa<ParenExpr, MaterializeTemporaryExpr, CXXBindTemporaryExpr,
            ExprWithCleanups>(up))
      continue;
    if (const auto *member = dyn_cast<MemberExpr>(up)) {
      if (isa<CXXMethodDecl>(member->getMemberDecl())) {
        child = member;
        const auto *expr = dyn_cast_or_null<Expr>(unit.parent(member));
        if (const Call *call = expr ? unit.call(expr) : nullptr)
          return {mention, UseKind::MethodCall, call, isConstCall(*call)};
        return {mention, UseKind::Escape};
      }
      continue;
    }
    if (isa<ArraySubscriptExpr>(up))
      continue;
    if (const auto *op = dyn_cast<BinaryOperator>(up)) {
      if (op->isAssignmentOp() && op->getLHS() == child)
        return {mention, UseKind::Write};
      return {mention,
              op->getOpcode() == BO_Comma ? UseKind::Read : UseKind::Escape};
    }
    if (const auto *op = dyn_cast<UnaryOperator>(up)) {
      if (op->isIncrementDecrementOp())
        return {mention, UseKind::Write};
      if (op->getOpcode() == UO_Deref)
        continue;
      return {mention, UseKind::Escape};
    }
    if (isa<LambdaExpr>(up))
      return {mention, UseKind::Captured};
    if (isa<CXXForRangeStmt, CompoundStmt, CStyleCastExpr>(up))
      return {mention, UseKind::Read, nullptr, true};
    const auto *expr = dyn_cast<Expr>(up);
    if (const Call *call = expr ? unit.call(expr) : nullptr)
      return useOfArgument(unit, mention, *call, child);
    return {mention, UseKind::Escape};
  }
  return {mention, UseKind::Read, nullptr, true};
}

void addMentioned(const Stmt *stmt,
                  function_ref<void(const ValueDecl &, const Expr &)> add) {
  if (!stmt)
    return;
  if (const auto *ref = dyn_cast<DeclRefExpr>(stmt))
    add(*ref->getDecl(), *ref);
  else if (const auto *member = dyn_cast<MemberExpr>(stmt))
    add(*member->getMemberDecl(), *member);
  for (const Stmt *child : stmt->children())
    addMentioned(child, add);
}

void addOnce(SmallVectorImpl<const ValueDecl *> &list, const ValueDecl *decl) {
  if (!is_contained(list, decl))
    list.push_back(decl);
}

class Toucher {
public:
  Toucher(Unit &unit, Touched &found) : unit(unit), found(found) {}

  void touch(const Stmt *stmt) {
    addMentioned(stmt, [&](const ValueDecl &decl, const Expr &mention) {
      if (isa<VarDecl, FieldDecl, BindingDecl>(decl))
        touchVariable(decl, mention);
    });
    touchCallees(stmt);
  }

private:
  void touchVariable(const ValueDecl &decl, const Expr &mention) {
    const auto *canonical = cast<ValueDecl>(decl.getCanonicalDecl());
    addOnce(found.mentioned, canonical);
    if (classify(unit, &mention).readOnly)
      return;
    addOnce(found.written, canonical);
    found.indirect |=
        decl.getType()->isReferenceType() || decl.getType()->isPointerType();
  }

  void touchCallees(const Stmt *stmt) {
    if (!stmt)
      return;
    if (const auto *expr = dyn_cast<Expr>(stmt))
      if (const Call *call = unit.call(expr))
        touchCallee(*call);
    for (const Stmt *child : stmt->children())
      touchCallees(child);
  }

  void touchCallee(const Call &call) {
    bool seen = false;
    for (const Invocation &invocation : invocations(unit, call)) {
      seen |= !invocation.argument;
      if (visited.insert(invocation.target).second)
        touch(invocation.target->body);
    }
    found.unseen |= !seen && !isKnown(call);
  }

  bool isKnown(const Call &call) const {
    return call.callee &&
           (!unit.roles(call).empty() || isStandard(*call.callee) ||
            call.callee->isImplicit() || call.callee->isDefaulted() ||
            call.callee->getBuiltinID() != 0);
  }

  Unit &unit;
  Touched &found;
  DenseSet<const Function *> visited;
};

} // namespace

std::vector<Use> usesOf(Unit &unit, const ValueDecl *variable) {
  std::vector<Use> uses;
  for (const Expr *mention : unit.mentions(variable))
    uses.push_back(classify(unit, mention));
  return uses;
}

bool escapes(Unit &unit, const ValueDecl *variable) {
  return any_of(usesOf(unit, variable),
                [](const Use &use) { return use.kind == UseKind::Escape; });
}

bool mentions(const Stmt *stmt, const ValueDecl *decl) {
  bool found = false;
  addMentioned(stmt, [&](const ValueDecl &mentioned, const Expr &) {
    found |= mentioned.getCanonicalDecl() == decl->getCanonicalDecl();
  });
  return found;
}

bool contains(const Stmt *whole, const Stmt *part) {
  return whole && (whole == part || any_of(whole->children(), [&](auto *child) {
                     return contains(child, part);
                   }));
}

bool usesName(const Stmt *stmt, llvm::StringRef name) {
  if (!stmt)
    return false;
  if (const auto *named = dyn_cast<DeclRefExpr>(stmt);
      named && named->getDecl()->getIdentifier() &&
      named->getDecl()->getName() == name)
    return true;
  return llvm::any_of(stmt->children(),
                      [&](const Stmt *child) { return usesName(child, name); });
}

bool Touched::touches(const ValueDecl *decl) const {
  return is_contained(mentioned, cast<ValueDecl>(decl->getCanonicalDecl()));
}

Touched touchedBy(Unit &unit, const Stmt *stmt) {
  Touched found;
  Toucher(unit, found).touch(stmt);
  return found;
}

SmallVector<const VarDecl *, 2> declaredBy(const Stmt *stmt) {
  SmallVector<const VarDecl *, 2> found;
  if (const auto *declaration = dyn_cast<DeclStmt>(stmt))
    for (const Decl *decl : declaration->decls())
      if (const auto *variable = dyn_cast<VarDecl>(decl))
        found.push_back(variable);
  return found;
}

} // namespace heddle::checks
