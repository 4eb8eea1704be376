// Which code a callable expression stands for, and what a call does with it.
#pragma once

#include "analysis/unit.h"

namespace heddle::checks {

/// How a callable comes to run because of one call.
enum class Execution : uint8_t {
  /// Before the call returns, but only because of the first such call.
  CalledOnce,
  /// Before the call returns, at most a few times.
  Called,
  /// Before the call returns, once per item.
  CalledInLoop,
  /// As a task of its own.
  Spawned,
  /// As the first task of a runtime.
  Main,
  /// Once per request or event.
  Handler,
  /// On an OS thread of its own.
  Thread,
  /// Kept, passed to unseen code, or never run: nothing is known.
  Unknown,
};

/// Whether the call returns only after the callable has run.
inline bool runsDuringCall(Execution execution) {
  return execution == Execution::CalledOnce || execution == Execution::Called ||
         execution == Execution::CalledInLoop;
}

/// `stmt` is in the initialiser of a static local variable.
bool initialisesStatic(Unit &unit, const clang::Stmt *stmt);

/// A body in view that runs because of a call.
struct Invocation {
  const Call *call;
  const Function *target;
  Execution execution;
  /// The argument that brings it; none when the call names it.
  std::optional<unsigned> argument;
};

/// The function or lambda that `expr` denotes, through local variables,
/// parameters of instantiated templates, members set once, `std::function`,
/// `std::bind_front`, `std::ref`, `std::move`, and functions in view that
/// return it. Null when more than one is possible or none is in view.
const Function *callableOf(Unit &unit, const clang::Expr *expr);

/// What `call` does with its argument number `argument`, by the callee's roles
/// or by its body in view.
Execution executionOf(Unit &unit, const Call &call, unsigned argument);

/// Bodies in view that run because of `call`, with the callee's own first.
llvm::ArrayRef<Invocation> invocations(Unit &unit, const Call &call);

/// All the ways in view that `fn` comes to run.
llvm::ArrayRef<Invocation> invokers(Unit &unit, const Function &fn);

} // namespace heddle::checks
