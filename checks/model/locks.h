// Which functions take and give back locks, and which types hold them.
#pragma once

#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace clang {
class CXXRecordDecl;
class Expr;
class FunctionDecl;
} // namespace clang

namespace heddle::checks {

/// What one call does to one lock.
struct LockOperation {
  enum Kind : uint8_t {
    Acquire,
    /// Acquires when the result is true, or for `succeedsWithZero` when it is
    /// 0.
    TryAcquire,
    Release,
    /// Runs with the lock held and leaves it held.
    Requires,
  };
  /// Where the lock is found at a call.
  enum Place : uint8_t { Object, Argument, Named };

  Kind kind;
  Place place;
  unsigned argument = 0;
  /// For Named: the lock as the declaration's attribute names it, in terms of
  /// the callee's `this` and parameters.
  const clang::Expr *named = nullptr;
  bool shared = false;
  bool succeedsWithZero = false;
};

/// What a call of `fn` does to locks, as its thread-safety attributes or, for
/// the C++ library and POSIX, the table says. Bodies are not looked into.
llvm::SmallVector<LockOperation, 2>
lockOperations(const clang::FunctionDecl &fn);

/// `record` takes locks in its constructor and gives them back in its
/// destructor: a standard guard or a scoped capability.
bool isDeclaredGuard(const clang::CXXRecordDecl &record);

} // namespace heddle::checks
