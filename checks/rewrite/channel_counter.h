/// A channel that carries counts, as a Counter.
#pragma once

#include "analysis/sums.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Makes `channel` a Counter, its sends additions, and drops the task that adds
/// up: the wait for it reads the Counter. Fails unless that task does nothing
/// else and is the only one of its group, and where anything else is asked of
/// the channel.
Edits asCounter(Unit &unit, const Source &source, const ChannelInfo &channel,
                const SummedChannel &sum);

} // namespace heddle::checks
