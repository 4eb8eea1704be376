// What a task refers to, and what ends before it.
#pragma once

#include "analysis/captures.h"
#include "analysis/joins.h"

namespace heddle::checks {

/// A capture of a task that refers to something which may be gone first.
struct DanglingCapture {
  Capture capture;
  /// What is referred to: a local variable, or a handler's parameter.
  const clang::VarDecl *referent;
  /// The waits for the task that come too late, or not on every way.
  llvm::SmallVector<Join, 2> joins;
};

/// The captures of the lambda that `spawn` is given which outlive what they
/// refer to on some way: nothing waits for the task before the end of its
/// scope. Where something that the code also shares with the task is waited
/// for, or asked in a loop, that counts as a wait.
std::vector<DanglingCapture> danglingCaptures(Unit &unit, const Spawn &spawn);

} // namespace heddle::checks
