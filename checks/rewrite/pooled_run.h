/// Pinned statements, run by a pool of pinned threads.
#pragma once

#include "analysis/pins.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Has a pool run what `region` does, and takes its pin away. Fails where
/// control may leave the statements other than at their end, or what they
/// declare is used after them.
Edits asPooledRun(Unit &unit, const Source &source, const PinnedRegion &region);

} // namespace heddle::checks
