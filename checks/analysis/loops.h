// Loops of every form, and what is known of how often they run.
#pragma once

#include "analysis/unit.h"

#include <optional>

namespace heddle::checks {

/// How often a loop's body runs each time the loop is reached.
enum class TripCount : uint8_t {
  /// A constant of 8 or fewer.
  Few,
  /// The number of processors, or a small multiple of it.
  Processors,
  Many,
  /// Until it is left from inside, or never.
  Endless,
};

struct Loop {
  /// A ForStmt, WhileStmt, DoStmt or CXXForRangeStmt, or the call that runs its
  /// argument once per item.
  const clang::Stmt *stmt;
  const clang::Stmt *body;
  const Function *function;
  /// For a call: the callable that is the body.
  const Function *callable = nullptr;
  TripCount trips = TripCount::Many;

  bool bounded() const {
    return trips == TripCount::Few || trips == TripCount::Processors;
  }
};

/// The loops of `fn`, outer ones first; not those of its lambdas.
llvm::ArrayRef<Loop> loops(Unit &unit, const Function &fn);

/// The innermost loop of `stmt`'s own function that runs `stmt` each round: a
/// condition is run so, a range or a first initialisation is not.
const Loop *lexicalLoop(Unit &unit, const clang::Stmt *stmt);

/// As lexicalLoop(), and for a callable that runs once per item of a call, or
/// during a call that is in a loop, that loop.
const Loop *enclosingLoop(Unit &unit, const clang::Stmt *stmt);

/// Each round of `loop` begins by taking an item of a stream.
bool receiving(Unit &unit, const Loop &loop);

/// Each round of `loop` visibly sleeps for 100 ms or more.
bool paced(Unit &unit, const Loop &loop);

/// What a `for` counts: `for (int index = 0; index < limit; …)`.
struct Counting {
  /// Has an initialiser.
  const clang::VarDecl *index;
  const clang::Expr *limit;
  /// The limit is counted too: `index <= limit`.
  bool withLimit;
};

/// Nothing where `loop` is no such `for`.
std::optional<Counting> countingOf(const Loop &loop);

/// Few if `expr` is a constant of at most 8, Processors if it is sized by the
/// number of processors, else Many.
TripCount countOf(Unit &unit, const clang::Expr *expr);

} // namespace heddle::checks
