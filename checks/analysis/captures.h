// What a lambda takes along.
#pragma once

#include "analysis/unit.h"

namespace heddle::checks {

struct Capture {
  enum Kind : uint8_t { Copy, Reference, This, CopyOfThis };

  Kind kind;
  /// What the body names; null for `this`.
  const clang::ValueDecl *variable = nullptr;
  /// Set for `[name = init]`; then `variable` is the new one.
  const clang::Expr *init = nullptr;
  bool implicit = false;
  clang::SourceLocation location;
};

llvm::SmallVector<Capture, 4> captures(const clang::LambdaExpr &lambda);

} // namespace heddle::checks
