// The ways that control can take through a function.
#pragma once

#include "analysis/unit.h"

#include <optional>

namespace heddle::checks {

struct WayOut {
  /// How many of the places it passes.
  unsigned passed;
  /// The return, the throw or the call that throws; null at the closing brace.
  const clang::Stmt *leaves = nullptr;
};

/// Of the ways from `from` to an end of `fn`, one that passes the fewest of
/// `places`, calls or loops in its own body. A call of a function in view that
/// visibly throws is an end too. None where the flow is not known or has no
/// end.
std::optional<WayOut> poorestWay(Unit &unit, const Function &fn,
                                 const clang::Stmt &from,
                                 llvm::ArrayRef<const clang::Stmt *> places);

/// Some way from `from` to an end of `fn` passes none of `places`. What is
/// thrown takes none.
bool avoids(Unit &unit, const Function &fn, const clang::Stmt &from,
            llvm::ArrayRef<const clang::Stmt *> places);

/// Something in `stmt`, a part of a loop's body, leaves the loop.
bool leavesLoop(const clang::Stmt *stmt);

} // namespace heddle::checks
