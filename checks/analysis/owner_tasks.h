// Tasks that do nothing but apply commands to one container.
#pragma once

#include "analysis/round_trips.h"

namespace heddle::checks {

/// One task takes commands off a channel, one at a time, applies each to one
/// container, and answers whoever sent it and waits: a lock around the
/// container would do. It keeps nothing from one command to the next, and
/// waits for nothing else.
struct OwnerTask {
  const ChannelInfo *commands;
  const ChannelUse *receive;
  /// What is done for each command.
  const clang::Stmt *body;
  const clang::ValueDecl *state;
  /// All that send commands.
  std::vector<RoundTrip> trips;

  /// The body of the lambda that is the command of `trip`; null if it is data.
  static const clang::Stmt *closureOf(const RoundTrip &trip);
};

std::vector<OwnerTask> ownerTasks(Unit &unit);

} // namespace heddle::checks
