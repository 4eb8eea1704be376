// Attempts that never wait, and what a loop does when they fail.
#pragma once

#include "analysis/loops.h"

#include <optional>

namespace heddle::checks {

/// When `attempt` fails, a round of `loop` does nothing else, but to yield.
bool failsIdly(Unit &unit, const Loop &loop, const Call &attempt);

/// The statements of a round of `loop` beside `call`, if it is one of them and
/// all the others only yield.
std::optional<llvm::SmallVector<const clang::Stmt *, 2>>
onlyPausesBeside(Unit &unit, const Loop &loop, const Call &call);

/// What `loop`, which is no range-for, asks each round; null if nothing.
const clang::Expr *conditionOf(const Loop &loop);

/// What ends `loop`, where it is not counted: the condition that it asks each
/// round, and those of branches in it that leave it.
llvm::SmallVector<const clang::Expr *, 2> endsOn(const Loop &loop);

/// `loop` goes round again because the last time failed: a round that succeeds
/// leaves it, or one that throws is caught in it.
bool isRetry(Unit &unit, const Loop &loop);

} // namespace heddle::checks
