// What calls and guards do to locks, with callees' bodies looked into.
#pragma once

#include "analysis/lock_effects.h"

#include "llvm/ADT/DenseMap.h"

namespace heddle::checks {

class LockInterpreter {
public:
  explicit LockInterpreter(Unit &unit) : unit(unit) {}

  LockEffectList ofCall(const Call &call, const CallFrame *frame) const;

  enum Deferred { LeaveOut, Include };

  /// What an initialiser does that makes a guard, `made` if it has a name.
  LockEffectList ofConstruction(const clang::Expr *init,
                                const clang::VarDecl *made,
                                const CallFrame *frame,
                                Deferred deferred = LeaveOut) const;

  llvm::SmallVector<LockName, 2> locksOf(const clang::VarDecl &guard,
                                         const CallFrame *frame) const;
  bool isGuard(clang::QualType type) const;
  /// The guard that `expr` names, or null.
  const clang::VarDecl *guardOf(const clang::Expr *expr) const;

private:
  // Guards.
  bool isDeclaredGuardType(clang::QualType type) const;
  bool isGuardByBody(const clang::CXXRecordDecl &record) const;
  LockEffectList ofReturned(const Call &call, const CallFrame &callee) const;
  LockEffectList ofScopedConstruction(const Call &call,
                                      const CallFrame &callee) const;
  LockEffectList ofStandardGuard(const Call &call, const CallFrame *frame,
                                 Deferred deferred) const;
  LockEffectList
  ofGuardConstructor(const clang::CXXConstructorDecl &constructor,
                     const CallFrame &frame) const;

  // Locks that are taken and given back by calls.
  static std::optional<LockOperation::Kind> guardMethod(const Call &call);
  bool isLockableMethod(const Call &call) const;
  bool isWrapper(const Call &call) const;
  std::optional<LockName> lockIn(const LockOperation &operation,
                                 const Call &call, const CallFrame *frame,
                                 const CallFrame &callee) const;
  std::optional<LockName> thisName(const Call &call,
                                   const CallFrame *frame) const;
  LockEffectList ofBody(const clang::FunctionDecl *fn,
                        const CallFrame &frame) const;

  Unit &unit;
  mutable llvm::DenseMap<const clang::CXXRecordDecl *, bool> guards;
};

} // namespace heddle::checks
