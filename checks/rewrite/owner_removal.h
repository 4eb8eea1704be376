/// A task that is no longer needed, taken out.
#pragma once

#include "analysis/owner_tasks.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Takes out what starts the task of `owner`, its function, the closing of its
/// channel, and the group that only joins it. Fails where its function does
/// more, or something else runs it.
Edits withoutOwner(Unit &unit, const Source &source, const OwnerTask &owner);

/// What the owner declares ahead of its loop: null if nothing, or its state.
const clang::Stmt *ownStateOf(const OwnerTask &owner);

} // namespace heddle::checks
