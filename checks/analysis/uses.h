// What code reads and writes.
#pragma once

#include "analysis/unit.h"

namespace heddle::checks {

/// What one mention of a variable or member does to it.
enum class UseKind : uint8_t {
  Read,
  Write,
  /// A method is called on it, or an operator.
  MethodCall,
  /// A lambda captures it by reference.
  Captured,
  /// Its address or a reference to it goes where it may be kept: any use that
  /// is none of the others counts as this.
  Escape,
};

struct Use {
  const clang::Expr *mention;
  UseKind kind;
  /// For MethodCall.
  const Call *call = nullptr;
};

/// The uses of `variable` in view, in source order. A `const` method call that
/// returns a value, and a copy, are reads.
std::vector<Use> usesOf(Unit &unit, const clang::ValueDecl *variable);

/// Some use lets code that is not in view reach `variable`.
bool escapes(Unit &unit, const clang::ValueDecl *variable);

/// `decl` is mentioned in `stmt`, in lambdas in it too.
bool mentions(const clang::Stmt *stmt, const clang::ValueDecl *decl);

/// What the execution of a statement can touch.
struct Touched {
  llvm::SmallVector<const clang::ValueDecl *, 8> read, written;
  /// Other code runs that is not in view, or through which nothing is known.
  bool unknown = false;

  bool touches(const clang::ValueDecl *decl) const;
};

/// The variables and members that `stmt` mentions itself and, for functions in
/// view, that they mention. Writing through a pointer or reference writes
/// what it was bound to, when that is known, else `unknown` is set.
Touched touchedBy(Unit &unit, const clang::Stmt *stmt);

/// The variables that `stmt` declares for the statements after it.
llvm::SmallVector<const clang::VarDecl *, 2> declaredBy(const clang::Stmt *stmt);

} // namespace heddle::checks
