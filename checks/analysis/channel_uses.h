// What a call does with a channel that it is made on or given.
#pragma once

#include "analysis/channels.h"

namespace heddle::checks {

/// `call` is a method of the channel. `mention` and `function` are left to set.
ChannelUse methodUse(Unit &unit, const Call &call);

/// `call` makes a case of a select, for a send or a receive.
ChannelUse caseUse(Unit &unit, const Call &call, ChannelUse::Kind kind);

} // namespace heddle::checks
