/// Pins that last for fewer statements.
#pragma once

#include "analysis/pins.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Pins the task only from statement number `first` of `region` on.
Edits pinnedFrom(Unit &unit, const Source &source, const PinnedRegion &region,
                 const PinnedStatements &statements, unsigned first);

/// Lets the thread go behind statement number `end` - 1 of `region`. A guard
/// gets a block of its own. Fails where what is declared in that is used later.
Edits pinnedUntil(Unit &unit, const Source &source, const PinnedRegion &region,
                  const PinnedStatements &statements, unsigned end);

} // namespace heddle::checks
