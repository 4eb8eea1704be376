/// What a cancelled loop leaves, dealt with behind it.
#pragma once

#include "analysis/cancelled_loops.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Adds behind `loop` one that takes the rest out of the channel and does with
/// each item what the loop does, and then what is done with a full batch. Fails
/// where the items go to code that is not spelled out in the loop.
Edits drained(Unit &unit, const Source &source, const CancelledLoop &loop);

} // namespace heddle::checks
