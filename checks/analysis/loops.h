// Loops of every form, and what is known of how often they run.
#pragma once

#include "analysis/unit.h"

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
  /// Each round begins by taking an item of a stream.
  bool receiving = false;

  bool bounded() const {
    return trips == TripCount::Few || trips == TripCount::Processors;
  }
};

/// The loops of `fn`, outer ones first; not those of its lambdas.
llvm::ArrayRef<Loop> loops(Unit &unit, const Function &fn);

/// The loop that `stmt` is in the body of, the innermost one, in its own function;
/// a range's or initialiser's expression is not in the body. A callable that
/// runs once per item is in the loop of the call that runs it.
const Loop *enclosingLoop(Unit &unit, const clang::Stmt *stmt);

/// `expr` is at most 8, or sized by the number of processors.
TripCount countOf(Unit &unit, const clang::Expr *expr);

} // namespace heddle::checks
