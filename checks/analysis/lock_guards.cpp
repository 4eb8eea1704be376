#include "analysis/lock_interpreter.h"

#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {

LockEffectList LockInterpreter::ofConstruction(const Expr *init,
                                               const VarDecl *made,
                                               const CallFrame *frame,
                                               Deferred deferred) const {
  const Expr *value = init->IgnoreUnlessSpelledInSource();
  if (frame && frame->depth > CallFrame::maxDepth)
    return {};
  const Call *call = unit.call(value);
  if (!call || !call->callee)
    return {};
  CallFrame callee = innerFrame(frame, *call);
  callee.made = made;
  const auto *constructor = dyn_cast<CXXConstructorDecl>(call->callee);
  if (!constructor)
    return ofReturned(*call, callee);
  if (constructor->isCopyOrMoveConstructor())
    return {};
  if (isDeclaredGuard(*constructor->getParent()))
    return constructor->getParent()->hasAttr<ScopedLockableAttr>()
               ? ofScopedConstruction(*call, callee)
               : ofStandardGuard(*call, frame, deferred);
  return ofGuardConstructor(*constructor, callee);
}

SmallVector<LockName, 2>
LockInterpreter::locksOf(const VarDecl &guard, const CallFrame *frame) const {
  SmallVector<LockName, 2> locks;
  if (guard.getInit())
    for (LockEffect &effect :
         ofConstruction(guard.getInit(), &guard, frame, Include))
      locks.push_back(std::move(effect.lock));
  return locks;
}

bool LockInterpreter::isGuard(QualType type) const {
  const CXXRecordDecl *record = type->getAsCXXRecordDecl();
  return record && record->hasDefinition() &&
         (isDeclaredGuard(*record) || isGuardByBody(*record));
}

bool LockInterpreter::isDeclaredGuardType(QualType type) const {
  const CXXRecordDecl *record = type->getAsCXXRecordDecl();
  return record && record->hasDefinition() && isDeclaredGuard(*record);
}

const VarDecl *LockInterpreter::guardOf(const Expr *expr) const {
  const auto *ref =
      expr ? dyn_cast<DeclRefExpr>(expr->IgnoreUnlessSpelledInSource())
           : nullptr;
  const auto *variable = ref ? dyn_cast<VarDecl>(ref->getDecl()) : nullptr;
  return variable && isGuard(variable->getType()) ? variable : nullptr;
}

// A function that returns a guard.
LockEffectList LockInterpreter::ofReturned(const Call &call,
                                           const CallFrame &callee) const {
  if (unit.roles(call).has(Role::Forwards))
    return {};
  const Function *body = unit.function(call.callee);
  if (!body || body->returns.size() != 1 ||
      !body->returns.front()->getRetValue())
    return {};
  const Expr *value =
      body->returns.front()->getRetValue()->IgnoreUnlessSpelledInSource();
  if (const auto *ref = dyn_cast<DeclRefExpr>(value))
    if (const auto *variable = dyn_cast<VarDecl>(ref->getDecl()))
      value = variable->getInit();
  if (const auto *list = dyn_cast_or_null<InitListExpr>(value))
    value = list->getNumInits() == 1 ? list->getInit(0) : nullptr;
  return value ? ofConstruction(value, nullptr, &callee) : LockEffectList();
}

LockEffectList
LockInterpreter::ofScopedConstruction(const Call &call,
                                      const CallFrame &callee) const {
  LockEffectList found;
  for (const LockOperation &operation : lockOperations(*call.callee))
    if (operation.place == LockOperation::Named)
      found.push_back({operation.kind, lockName(unit, operation.named, &callee),
                       operation.shared});
  return found;
}

LockEffectList LockInterpreter::ofStandardGuard(const Call &call,
                                                const CallFrame *frame,
                                                Deferred deferred) const {
  auto kind = LockOperation::Acquire;
  SmallVector<const Expr *, 2> locks;
  for (const Expr *argument : call.args()) {
    if (isa<CXXDefaultArgExpr>(argument))
      continue;
    const CXXRecordDecl *record = argument->getType()->getAsCXXRecordDecl();
    std::string type = record ? tableName(*record) : "";
    if (StringRef(type).ends_with("::defer_lock_t")) {
      if (deferred == LeaveOut)
        return {};
    } else if (StringRef(type).ends_with("::try_to_lock_t") ||
               StringRef(type).starts_with("std::chrono::"))
      kind = LockOperation::TryAcquire;
    else if (!StringRef(type).ends_with("::adopt_lock_t"))
      locks.push_back(argument);
  }
  const auto *constructor = cast<CXXConstructorDecl>(call.callee);
  bool shared = StringRef(constructor->getParent()->getName()) == "shared_lock";
  LockEffectList found;
  for (const Expr *lock : locks)
    found.push_back({kind, lockName(unit, lock, frame), shared});
  return found;
}

// A user's guard: what its constructor's initialisers and body lock.
LockEffectList
LockInterpreter::ofGuardConstructor(const CXXConstructorDecl &constructor,
                                    const CallFrame &frame) const {
  const Function *body = unit.function(&constructor);
  if (!body || !isGuardByBody(*constructor.getParent()))
    return {};
  LockEffectList found;
  for (const CXXCtorInitializer *init :
       cast<CXXConstructorDecl>(body->decl)->inits())
    if (init->getMember() && isGuard(init->getMember()->getType()))
      append_range(found, ofConstruction(init->getInit(), nullptr, &frame));
  for (const LockEffect &effect : ofBody(&constructor, frame))
    if (effect.kind == LockOperation::Acquire)
      found.push_back(effect);
  return found;
}

bool LockInterpreter::isGuardByBody(const CXXRecordDecl &record) const {
  auto [slot, fresh] = guards.try_emplace(&record, false);
  if (!fresh)
    return slot->second;
  bool found = any_of(record.fields(), [&](const FieldDecl *field) {
    return isGuard(field->getType());
  });
  if (const CXXDestructorDecl *destructor = record.getDestructor();
      destructor && !found) {
    CallFrame frame;
    frame.callee = destructor;
    frame.depth = 1;
    found = any_of(ofBody(destructor, frame), [](const LockEffect &effect) {
      return effect.kind == LockOperation::Release;
    });
  }
  return guards[&record] = found;
}

} // namespace heddle::checks
