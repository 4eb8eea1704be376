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
  /// The use cannot change the variable: a read, a `const` method, a reference
  /// to const.
  bool readOnly = false;
};

/// The uses of `variable` in view. A copy is a read.
std::vector<Use> usesOf(Unit &unit, const clang::ValueDecl *variable);

/// Some use lets code that is not in view reach `variable`.
bool escapes(Unit &unit, const clang::ValueDecl *variable);

/// `decl` is mentioned in `stmt`, in lambdas in it too.
bool mentions(const clang::Stmt *stmt, const clang::ValueDecl *decl);

/// `part` is in `whole`; lambdas are looked into.
bool contains(const clang::Stmt *whole, const clang::Stmt *part);

/// Something that `stmt` names is called `name`; members aside.
bool usesName(const clang::Stmt *stmt, llvm::StringRef name);

/// What the execution of a statement can touch.
struct Touched {
  /// All that is mentioned, and of that what may be changed.
  llvm::SmallVector<const clang::ValueDecl *, 8> mentioned, written;
  /// Something is changed through a pointer or reference.
  bool indirect = false;
  /// Code runs that is not in view and of which nothing is known.
  bool unseen = false;

  bool touches(const clang::ValueDecl *decl) const;
};

/// The variables and members that `stmt` mentions itself and that functions in
/// view mention which it runs.
Touched touchedBy(Unit &unit, const clang::Stmt *stmt);

/// The variables that `stmt` declares for the statements after it.
llvm::SmallVector<const clang::VarDecl *, 2>
declaredBy(const clang::Stmt *stmt);

} // namespace heddle::checks
