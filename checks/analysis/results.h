// Channels that carry the results of tasks back to who spawned them.
#pragma once

#include "analysis/channels.h"
#include "analysis/loops.h"
#include "analysis/ways.h"

namespace heddle::checks {

struct UnreceivedResults {
  /// The calls that spawn the tasks, and where these send.
  llvm::SmallVector<const Call *, 2> spawns;
  llvm::SmallVector<const ChannelUse *, 2> sends;
  /// The loop that spawns; null where the number of tasks is plain.
  const Loop *loop = nullptr;
  /// A way out of the spawner that receives too few of them.
  WayOut way;
  /// It leaves a loop that receives.
  bool isEarly = false;
  /// Every task ends with its send.
  bool isLast = true;
  /// The tasks are waited for, so that they outlive nothing.
  bool isJoined = false;
};

/// `channel` takes a result from each of some tasks that the function which
/// makes it spawns, and has room for fewer than go unreceived on some way out
/// of that function. Nothing closes it or else receives from it.
std::optional<UnreceivedResults> unreceivedResults(Unit &unit,
                                                   const ChannelInfo &channel);

} // namespace heddle::checks
