/// A task, as a call where it is spawned.
#pragma once

#include "analysis/fork_join.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Calls the only task of `fork` where it was spawned. Fails unless the value
/// and the effects are those of the task, and nothing but the spawn and the
/// wait uses what they share.
Edits asDirectCall(Unit &unit, const Source &source, const ForkJoin &fork);

/// Runs the task of `spawn` where it stands, as a part of the spawner, without
/// a local group that only counted it. Fails unless the task is a function or a
/// lambda in place that never returns early.
Edits inPlace(Unit &unit, const Source &source, const Spawn &spawn);

} // namespace heddle::checks
