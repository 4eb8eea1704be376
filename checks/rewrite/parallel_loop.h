/// A loop that spawns and joins, as one call that does both.
#pragma once

#include "analysis/spawns.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Turns `loop`, whose rounds only start a task each, and the wait for these
/// tasks into a `parallel_for` with the task's body. Fails unless both mean the
/// same: the wait follows at once, the count is right, the task sees the same
/// items, and nothing else of a round would run in another order. `options` is
/// a further argument.
Edits asParallelFor(Unit &unit, const Source &source, const Loop &loop,
                    const Call &spawn, llvm::StringRef options = {});

/// Turns `loop` over a stream, whose rounds only start a task for the item, and
/// the wait for these tasks into a `consume` with the task's body.
Edits asConsume(Unit &unit, const Source &source, const Loop &loop,
                const Call &spawn);

} // namespace heddle::checks
