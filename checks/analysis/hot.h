// Which code runs often.
#pragma once

#include "analysis/loops.h"

#include <optional>

namespace heddle::checks {

/// Why code runs often: the place that repeats, and the calls from there to it.
struct HotPath {
  enum Reason : uint8_t { InLoop, InReceivingLoop, InHandler, Marked };

  Reason reason;
  /// The loop, the registration of the handler, or the marked function.
  clang::SourceLocation cause;
  /// Set for the loop reasons.
  const Loop *loop = nullptr;
  /// From the code at `cause` down to the code asked about; empty if it is
  /// there.
  llvm::SmallVector<const Call *, 4> calls;

  /// The words of a note at `cause`, e.g. "repeated here".
  llvm::StringRef explanation() const;
};

/// `stmt` of `fn` is in a loop that is not bounded, in a handler, in a function
/// marked hot, or in a function that is invoked from such a place. Loops that
/// visibly sleep for 100 ms or more each round are not hot.
std::optional<HotPath> hot(Unit &unit, const Function &fn,
                           const clang::Stmt *stmt);
std::optional<HotPath> hot(Unit &unit, const Call &call);

} // namespace heddle::checks
