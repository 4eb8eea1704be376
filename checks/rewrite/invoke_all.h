/// Tasks that are spawned and waited for together, as one call.
#pragma once

#include "analysis/fork_join.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Makes one `invoke_all` of the spawns of `fork`, and drops the group. Fails
/// unless each task is a lambda in its spawn.
Edits asInvokeAll(Unit &unit, const Source &source, const ForkJoin &fork);

} // namespace heddle::checks
