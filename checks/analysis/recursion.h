// Tasks that spawn themselves.
#pragma once

#include "analysis/spawns.h"

namespace heddle::checks {

/// A spawn whose task comes back to the function that it stands in.
struct RecursiveSpawn {
  Spawn spawn;
  const Function *function;
  /// From the task to the call of `function`; empty if the function itself is
  /// the task.
  llvm::SmallVector<const Call *, 3> path;
};

/// The spawns in `fn`, and in lambdas that run during it, of tasks that run
/// `fn` again with nothing that gets less: no argument is another one than `fn`
/// was given, but for a count that `fn` never looks at, and `fn` looks at no
/// deadline, and at no member or static that it counts or sets itself.
std::vector<RecursiveSpawn> recursiveSpawns(Unit &unit, const Function &fn);

} // namespace heddle::checks
