/// Workers around a channel, as a pool.
#pragma once

#include "analysis/funnels.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Declares a pool in place of the loop that starts the workers of `funnel`:
/// the channel and the group that counts them go. Fails unless each worker is a
/// lambda that only has the loop, all is local, and the group is waited for.
Edits asPool(Unit &unit, const Source &source, const Funnel &funnel);

/// How many workers `for (…; i < n; …)` starts: `n`, if it counts from zero;
/// null for other loops.
const clang::Expr *workersOf(const Funnel &funnel);

} // namespace heddle::checks
