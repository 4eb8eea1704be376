/// Tasks that are left behind, in a group.
#pragma once

#include "analysis/spawns.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Spawns the tasks of `spawns` in a group that `main`, their spawner, makes
/// before the first and waits for at its end. Fails where one is no plain
/// spawn, or waits for a channel that nobody closes.
Edits inExitGroup(Unit &unit, const Source &source, const Function &main,
                  llvm::ArrayRef<Spawn> spawns);

} // namespace heddle::checks
