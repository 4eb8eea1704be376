// Conditions that only another task or thread can change.
#pragma once

#include "analysis/loops.h"

#include <limits>

namespace heddle::checks {

/// What conditions of one loop ask for.
struct AskedState {
  /// Variables and members that others can change.
  llvm::SmallVector<const clang::ValueDecl *, 2> state;
  /// How often the loop asks at most; not constant: 0.
  unsigned rounds = std::numeric_limits<unsigned>::max();
  /// The time is asked for too.
  bool hasDeadline = false;
};

/// Adds to `asked` what `condition` of `loop` asks for, itself and through
/// functions in view that only return something. False if it asks for anything
/// but memory, as the state of a device, or changes what it asks for.
bool ask(Unit &unit, const Loop &loop, const clang::Expr *condition,
         AskedState &asked);

} // namespace heddle::checks
