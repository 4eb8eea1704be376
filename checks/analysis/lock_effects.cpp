#include "analysis/lock_effects.h"

#include "analysis/lock_interpreter.h"

#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// The proof that a guard is held, passed on: nobody can release through it.
bool isProofOnly(const Call &call, const Expr *argument) {
  for (auto [index, candidate] : enumerate(call.args()))
    if (candidate == argument && call.callee &&
        index < call.callee->getNumParams()) {
      QualType type = call.callee->getParamDecl(index)->getType();
      return type->isReferenceType() &&
             type->getPointeeType().isConstQualified();
    }
  return false;
}

bool canRelease(QualType guard) {
  const CXXRecordDecl *record = guard->getAsCXXRecordDecl();
  return record && any_of(record->methods(), [](const CXXMethodDecl *method) {
           return method->getIdentifier() && !isa<CXXDestructorDecl>(method) &&
                  StringRef(method->getName()).contains_insensitive("unlock");
         });
}

} // namespace

bool LockEffect::threadBound(const Unit &unit) const {
  const CXXRecordDecl *record = lock.type->getAsCXXRecordDecl();
  return !record || !record->hasDefinition() ||
         none_of(record->methods(), [&](const CXXMethodDecl *method) {
           RoleSet roles = unit.roles(method);
           return roles.has(Role::Suspends) && roles.has(Role::TakesLock);
         });
}

CallEffects LockEffects::of(const Call &call) const {
  const auto &interpreter = unit.get<LockInterpreter>();
  CallEffects result;
  const auto *construction = dyn_cast<CXXConstructExpr>(call.site);
  if (construction && isGuard(construction->getType())) {
    result.onlyLocks = true;
    return result;
  }
  if (const VarDecl *guard = interpreter.guardOf(call.object())) {
    result.guard = guard;
    result.onlyLocks = true;
    StringRef name = call.callee && call.callee->getIdentifier()
                         ? call.callee->getName()
                         : "";
    result.escapes =
        name == "release" || name == "swap" ||
        (call.callee && call.callee->getOverloadedOperator() == OO_Equal);
  }
  RoleSet roles = unit.roles(call);
  for (const Expr *argument : call.args())
    if (const VarDecl *guard = interpreter.guardOf(argument))
      if (!roles.hasAny({Role::Suspends, Role::Blocks}) &&
          canRelease(guard->getType()) && !isProofOnly(call, argument)) {
        result.guard = guard;
        result.escapes = true;
      }
  // std::lock(a, b) on guards locks what they manage.
  if (call.callee && tableName(*call.callee) == "std::lock") {
    result = {};
    for (const Expr *argument : call.args()) {
      if (const VarDecl *guard = interpreter.guardOf(argument))
        for (LockName &lock : interpreter.locksOf(*guard, nullptr))
          result.effects.push_back({LockOperation::Acquire, std::move(lock)});
      else
        result.effects.push_back({LockOperation::Acquire, name(argument)});
    }
    result.onlyLocks = true;
    return result;
  }
  result.effects = interpreter.ofCall(call, nullptr);
  result.onlyLocks |= !result.effects.empty() &&
                      none_of(result.effects, [](const LockEffect &effect) {
                        return effect.kind == LockOperation::Requires;
                      });
  return result;
}

LockEffectList LockEffects::ofDeclaration(const VarDecl &guard) const {
  if (!guard.getInit() || !isGuard(guard.getType()))
    return {};
  return unit.get<LockInterpreter>().ofConstruction(guard.getInit(), &guard,
                                                    nullptr);
}

LockEffectList LockEffects::ofInitialiser(const Expr &init) const {
  return unit.get<LockInterpreter>().ofConstruction(&init, nullptr, nullptr);
}

SmallVector<LockName, 2> LockEffects::locksOf(const VarDecl &guard) const {
  return unit.get<LockInterpreter>().locksOf(guard, nullptr);
}

LockEffectList LockEffects::onEntry(const FunctionDecl &fn) const {
  LockEffectList held;
  for (const LockOperation &operation : lockOperations(fn))
    if (operation.place == LockOperation::Named &&
        (operation.kind == LockOperation::Requires ||
         operation.kind == LockOperation::Release))
      held.push_back({operation.kind, name(operation.named), operation.shared});
  return held;
}

std::optional<TriedLock> LockEffects::tried(const Expr &condition) const {
  const auto &interpreter = unit.get<LockInterpreter>();
  const Expr *expr = condition.IgnoreUnlessSpelledInSource();
  if (const auto *op = dyn_cast<UnaryOperator>(expr);
      op && op->getOpcode() == UO_LNot) {
    auto inverse = tried(*op->getSubExpr());
    if (inverse)
      inverse->heldWhenTrue = !inverse->heldWhenTrue;
    return inverse;
  }
  if (const auto *op = dyn_cast<BinaryOperator>(expr);
      op && op->isEqualityOp()) {
    bool value = false;
    const Expr *constant = op->getRHS();
    if (constant->isValueDependent() ||
        !constant->EvaluateAsBooleanCondition(value, unit.context()))
      return std::nullopt;
    auto same = tried(*op->getLHS());
    if (same && value != (op->getOpcode() == BO_EQ))
      same->heldWhenTrue = !same->heldWhenTrue;
    return same;
  }
  if (const auto *ref = dyn_cast<DeclRefExpr>(expr)) {
    const auto *variable = dyn_cast<VarDecl>(ref->getDecl());
    if (!variable)
      return std::nullopt;
    if (!isGuard(variable->getType()))
      return variable->getInit() &&
                     variable->getType()->isIntegralOrEnumerationType() &&
                     (variable->getType().isConstQualified() ||
                      unit.mentions(variable).size() == 1)
                 ? tried(*variable->getInit())
                 : std::nullopt;
    TriedLock result = {true, expr, variable, {}};
    for (LockName &lock : interpreter.locksOf(*variable, nullptr))
      result.effects.push_back({LockOperation::TryAcquire, std::move(lock)});
    return result;
  }
  const Call *call = unit.call(expr);
  if (!call || !call->callee)
    return std::nullopt;
  if (const VarDecl *guard = interpreter.guardOf(call->object()))
    if (isa<CXXConversionDecl>(call->callee) ||
        (call->callee->getIdentifier() &&
         call->callee->getName() == "owns_lock")) {
      TriedLock result = {true, expr, guard, {}};
      for (LockName &lock : interpreter.locksOf(*guard, nullptr))
        result.effects.push_back({LockOperation::TryAcquire, std::move(lock)});
      return result;
    }
  TriedLock result = {true, expr, interpreter.guardOf(call->object()), {}};
  for (LockEffect &effect : interpreter.ofCall(*call, nullptr))
    if (effect.kind == LockOperation::TryAcquire) {
      result.heldWhenTrue = !effect.succeedsWithZero;
      result.effects.push_back(std::move(effect));
    }
  return result.effects.empty() ? std::nullopt
                                : std::optional(std::move(result));
}

bool LockEffects::isGuard(QualType type) const {
  return unit.get<LockInterpreter>().isGuard(type);
}

LockName LockEffects::name(const Expr *expr) const {
  return lockName(unit, expr);
}

} // namespace heddle::checks
