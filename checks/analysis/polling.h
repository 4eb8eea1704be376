// Loops that wait by asking again and again.
#pragma once

#include "analysis/loops.h"

#include <optional>

namespace heddle::checks {

/// How a call gives way to others without being told when to go on.
enum class PauseKind : uint8_t { None, Yield, Sleep };

/// Yield or Sleep if `call` does nothing else, itself or as a wrapper in view.
PauseKind pauseOf(Unit &unit, const Call &call);

/// `stmt` does nothing, or only gives way: yields, and sleeps if `sleeps`.
bool onlyPauses(Unit &unit, const clang::Stmt *stmt, bool sleeps);

/// A loop that goes on until something happens that it has no part in.
struct Polling {
  /// What gives way between two questions; null if nothing does.
  const Call *pause = nullptr;
  PauseKind kind = PauseKind::None;
  /// The conditions that end the loop.
  llvm::SmallVector<const clang::Expr *, 2> questions;
};

/// A round of `loop` only asks, gives way, sleeps, and counts the rounds.
std::optional<Polling> polling(Unit &unit, const Loop &loop);

/// Each round of `loop` has something of its own to get on with: it steps
/// through items, takes one from a stream, or uses up what its condition asks
/// for. A loop that only gives way has not.
bool progresses(Unit &unit, const Loop &loop);

/// `stmt` is run in each round of `loop` that gets there, or in every so many
/// by a count, and not because of what the round found.
bool isEachRound(Unit &unit, const clang::Stmt *stmt, const clang::Stmt *loop);

/// Some call in `stmt` exchanges a value if it is still the expected one.
bool comparesAndExchanges(Unit &unit, const clang::Stmt *stmt);

} // namespace heddle::checks
