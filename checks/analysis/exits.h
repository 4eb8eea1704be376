// Ways out of a function.
#pragma once

#include "analysis/unit.h"

#include <optional>

namespace heddle::checks {

/// A way from a statement to the end of its function.
struct WayOut {
  /// The return or throw on it; null where control falls off the end.
  const clang::Stmt *exit = nullptr;
};

/// A way from behind `start` to the end of `fn` that passes none of `stops`,
/// and does not leave a loop of `endless` by its condition. None where Clang
/// cannot tell the flow.
std::optional<WayOut> wayOut(Unit &unit, const Function &fn,
                             const clang::Stmt &start,
                             llvm::ArrayRef<const clang::Stmt *> stops,
                             llvm::ArrayRef<const clang::Stmt *> endless = {});

} // namespace heddle::checks
