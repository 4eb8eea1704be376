#include "analysis/lock_interpreter.h"

#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

std::optional<LockOperation::Kind> kindNamed(StringRef name) {
  if (name == "lock" || name == "lock_shared")
    return LockOperation::Acquire;
  if (name == "unlock" || name == "unlock_shared")
    return LockOperation::Release;
  if (name.starts_with("try_lock"))
    return LockOperation::TryAcquire;
  return std::nullopt;
}

} // namespace

LockEffectList LockInterpreter::ofCall(const Call &call,
                                       const CallFrame *frame) const {
  if (!call.callee)
    return {};
  if (unit.roles(call).hasAny({Role::AcquiresSlot, Role::ReleasesSlot}))
    return {};
  LockEffectList found;
  if (const VarDecl *guard = guardOf(call.object())) {
    if (auto kind = guardMethod(call))
      for (const LockName &lock : locksOf(*guard, frame))
        found.push_back({*kind, lock});
    if (!found.empty() || isDeclaredGuardType(guard->getType()))
      return found;
  }
  CallFrame callee = innerFrame(frame, call);
  for (const LockOperation &operation : lockOperations(*call.callee))
    if (auto lock = lockIn(operation, call, frame, callee))
      found.push_back({operation.kind, *lock, operation.shared,
                       operation.succeedsWithZero});
  if (found.empty() && isLockableMethod(call))
    found.push_back({*kindNamed(call.callee->getName()),
                     lockName(unit, call.object(), frame)});
  if (found.empty() && isWrapper(call))
    found = ofBody(call.callee, callee);
  return found;
}

std::optional<LockOperation::Kind>
LockInterpreter::guardMethod(const Call &call) {
  for (const LockOperation &operation : lockOperations(*call.callee))
    if (operation.place == LockOperation::Object)
      return operation.kind;
  return call.callee->getIdentifier() ? kindNamed(call.callee->getName())
                                      : std::nullopt;
}

// Any type with lock() and unlock() is a lock: the standard's BasicLockable.
bool LockInterpreter::isLockableMethod(const Call &call) const {
  const auto *method = dyn_cast<CXXMethodDecl>(call.callee);
  if (!method || !method->getIdentifier() || !kindNamed(method->getName()) ||
      method->getNumParams() != 0 || !call.object())
    return false;
  bool locks = false, unlocks = false;
  for (const CXXMethodDecl *other : method->getParent()->methods()) {
    if (!other->getIdentifier() || other->getNumParams() != 0)
      continue;
    locks |= other->getName() == "lock" && other->getReturnType()->isVoidType();
    unlocks |=
        other->getName() == "unlock" && other->getReturnType()->isVoidType();
  }
  return locks && unlocks;
}

// A function that does nothing but to lock, unlock and set plain variables.
// What a longer one leaves locked is for its annotations to say.
bool LockInterpreter::isWrapper(const Call &call) const {
  const Function *body = unit.function(call.callee);
  const auto *block = body ? dyn_cast<CompoundStmt>(body->body) : nullptr;
  if (!block || block->body_empty() ||
      isa<CXXConstructorDecl, CXXDestructorDecl>(call.callee) ||
      !unit.roles(call).empty())
    return false;
  size_t calls = 0;
  for (const Stmt *stmt : block->body()) {
    const auto *result = dyn_cast<ReturnStmt>(stmt);
    const auto *expr =
        dyn_cast_or_null<Expr>(result ? result->getRetValue() : stmt);
    if (!result && !expr)
      return false;
    calls += expr && unit.call(expr);
  }
  return calls > 0 && calls == body->calls.size();
}

std::optional<LockName> LockInterpreter::lockIn(const LockOperation &operation,
                                                const Call &call,
                                                const CallFrame *frame,
                                                const CallFrame &callee) const {
  switch (operation.place) {
  case LockOperation::Object:
    if (call.object())
      return lockName(unit, call.object(), frame);
    return thisName(call, frame);
  case LockOperation::Argument:
    if (operation.argument < call.args().size())
      return lockName(unit, call.args()[operation.argument], frame);
    return std::nullopt;
  case LockOperation::Named:
    return lockName(unit, operation.named, &callee);
  }
  return std::nullopt;
}

// A method of the lock itself, called without naming the object.
std::optional<LockName>
LockInterpreter::thisName(const Call &call, const CallFrame *frame) const {
  const auto *member = dyn_cast<CXXMemberCallExpr>(call.site);
  const Expr *object = member ? member->getImplicitObjectArgument() : nullptr;
  return object ? std::optional(lockName(unit, object, frame)) : std::nullopt;
}

// The net effect of straight-line code: wrappers of lock() and unlock().
LockEffectList LockInterpreter::ofBody(const FunctionDecl *fn,
                                       const CallFrame &frame) const {
  const Function *body = unit.function(fn);
  const auto *block = body ? dyn_cast<CompoundStmt>(body->body) : nullptr;
  if (!block || frame.depth > CallFrame::maxDepth)
    return {};
  LockEffectList net;
  for (const Stmt *stmt : block->body()) {
    const auto *result = dyn_cast<ReturnStmt>(stmt);
    const auto *expr =
        dyn_cast_or_null<Expr>(result ? result->getRetValue() : stmt);
    const Call *call = expr ? unit.call(expr) : nullptr;
    if (!call)
      continue;
    for (LockEffect &effect : ofCall(*call, &frame)) {
      bool tries = effect.kind == LockOperation::TryAcquire;
      if (tries != bool(result))
        continue;
      auto *earlier = find_if(net, [&](const LockEffect &known) {
        return known.lock.identity == effect.lock.identity &&
               known.kind == LockOperation::Acquire;
      });
      if (effect.kind == LockOperation::Release && earlier != net.end())
        net.erase(earlier);
      else if (effect.kind != LockOperation::Requires)
        net.push_back(std::move(effect));
    }
  }
  return net;
}

} // namespace heddle::checks
