// What becomes of the timers that code makes.
#pragma once

#include "analysis/unit.h"

#include <chrono>
#include <optional>

namespace heddle::checks {

/// The timer that `call` makes only delays its task: the next thing is a wait
/// for nothing else, but perhaps for the end of a context.
bool isWaitedOut(Unit &unit, const Call &call);

/// `call` makes an object that gives ticks until it is stopped.
bool isTicker(Unit &unit, const Call &call);

/// The local variable that holds what `call` makes; null if there is none.
const clang::VarDecl *variableMadeBy(Unit &unit, const Call &call);

/// The call that is made on the value of `expr`, or with it; null if there is
/// none.
const Call *userOf(Unit &unit, const clang::Expr &expr);

/// How long `call` sleeps, if that is a constant.
std::optional<std::chrono::nanoseconds> sleepLength(Unit &unit,
                                                    const Call &call);

} // namespace heddle::checks
