// What code calls a lock, seen through parameters, getters and references.
#pragma once

#include "analysis/unit.h"

#include <string>

namespace heddle::checks {

/// A lock as one function names it.
struct LockName {
  /// Equal for two names of the same lock; the same in all functions for
  /// globals, statics and members of `this`.
  std::string identity;
  /// For messages, e.g. `store.mu_`.
  std::string text;
  /// The lock's variable or member, null if it is neither.
  const clang::ValueDecl *variable = nullptr;
  clang::QualType type;
};

/// What a callee's `this` and parameters stand for at a call. None: a
/// function's own terms.
struct CallFrame {
  const CallFrame *outer = nullptr;
  const clang::FunctionDecl *callee = nullptr;
  /// Null: the outer frame's own `this`.
  const clang::Expr *object = nullptr;
  llvm::ArrayRef<const clang::Expr *> args;
  /// A constructor's object, when it has a name.
  const clang::VarDecl *made = nullptr;
  unsigned depth = 0;

  /// Wrappers of wrappers of locks are followed so far; ends recursion.
  static constexpr unsigned maxDepth = 6;
};

/// The frame of the callee of `call`, which is made in `outer`.
CallFrame innerFrame(const CallFrame *outer, const Call &call);

LockName lockName(Unit &unit, const clang::Expr *expr,
                  const CallFrame *frame = nullptr);

} // namespace heddle::checks
