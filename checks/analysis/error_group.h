// Groups of tasks that keep their first error and stop each other by hand.
#pragma once

#include "analysis/unit.h"

namespace heddle::checks {

/// A group that only counts its tasks, with what is written around it for their
/// first error.
struct ErrorGroup {
  /// The group, and what the first error is kept in.
  const clang::ValueDecl *group;
  const clang::ValueDecl *slot;
  const Call *spawn;
  const Function *task;
  /// In the task: where the error is kept, if there is none yet, and the others
  /// are told to stop.
  const clang::Expr *kept;
  const clang::Expr *stopped;
  const Call *wait;
};

/// Those that `fn` waits for. Who keeps all errors has none, nor who stops the
/// others when one has succeeded.
std::vector<ErrorGroup> errorGroups(Unit &unit, const Function &fn);

} // namespace heddle::checks
