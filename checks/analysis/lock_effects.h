// What one call, or one guard object, does to which lock.
#pragma once

#include "analysis/lock_names.h"
#include "model/locks.h"

#include <optional>

namespace heddle::checks {

struct LockEffect {
  LockOperation::Kind kind;
  LockName lock;
  bool shared = false;
  /// For TryAcquire: it succeeded if the result is 0.
  bool succeedsWithZero = false;

  /// An OS thread owns the lock while it is held.
  bool threadBound(const Unit &unit) const;
};

using LockEffectList = llvm::SmallVector<LockEffect, 2>;

/// A condition that tells whether locks were taken.
struct TriedLock {
  bool heldWhenTrue;
  const clang::Stmt *site;
  const clang::VarDecl *guard;
  LockEffectList effects;
};

struct CallEffects {
  LockEffectList effects;
  /// The guard that the call is on, or that it is given.
  const clang::VarDecl *guard = nullptr;
  /// The guard may have given its lock away.
  bool escapes = false;
  /// The call is a matter of locks alone: not work done while one is held.
  bool onlyLocks = false;
};

class LockEffects {
public:
  explicit LockEffects(Unit &unit) : unit(unit) {}

  CallEffects of(const Call &call) const;
  /// What the declaration of a guard does at once.
  LockEffectList ofDeclaration(const clang::VarDecl &guard) const;
  LockEffectList ofInitialiser(const clang::Expr &init) const;
  /// The locks that `guard` manages, held or not.
  llvm::SmallVector<LockName, 2> locksOf(const clang::VarDecl &guard) const;
  /// The locks that are held when `fn` is entered, by its declaration.
  LockEffectList onEntry(const clang::FunctionDecl &fn) const;
  std::optional<TriedLock> tried(const clang::Expr &condition) const;

  /// Objects of `type` take locks when made and give them back when destroyed.
  bool isGuard(clang::QualType type) const;
  LockName name(const clang::Expr *expr) const;

private:
  Unit &unit;
};

} // namespace heddle::checks
