/// An owner task, as a lock around what it owns.
#pragma once

#include "analysis/owner_tasks.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Makes the channel of commands a lock, with which each asker does what it
/// asked for, and drops the task. Fails unless all commands are of one kind,
/// the askers see the container, and wait right behind the request.
Edits asLock(Unit &unit, const Source &source, const OwnerTask &owner);

} // namespace heddle::checks
