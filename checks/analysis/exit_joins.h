// Tasks that a runtime's first task leaves behind.
#pragma once

#include "analysis/spawns.h"

namespace heddle::checks {

/// The tasks that `fn`, the function which a runtime runs, spawns and never
/// waits for, in source order: behind the spawn it waits for nothing that the
/// task uses, also no limited time, and for nothing that is not known. Tasks
/// that go on for ever are left out, unless they work off a channel that is
/// sent to, and so are daemons. Empty for other functions.
std::vector<Spawn> unjoinedAtExit(Unit &unit, const Function &fn);

} // namespace heddle::checks
