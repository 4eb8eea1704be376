// Channels that many tasks take their work from.
#pragma once

#include "analysis/channels.h"
#include "analysis/loops.h"

namespace heddle::checks {

/// More than four tasks, or as many as there are processors, do nothing but
/// receive from one channel and work on what they get, without waiting.
struct Funnel {
  const ChannelInfo *channel;
  /// By what each worker receives.
  const ChannelUse *receive;
  /// The loop that starts the workers, and the call in it that does.
  const Loop *loop;
  const Call *spawn;
};

std::vector<Funnel> funnels(Unit &unit);

} // namespace heddle::checks
