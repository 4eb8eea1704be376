// Questions to a task that is there already, each with a channel for its
// answer.
#pragma once

#include "analysis/channels.h"

namespace heddle::checks {

/// A task makes a channel, sends it along with a request, and waits on it for
/// the one answer, which some other task gives that it did not start for this.
struct RoundTrip {
  const ChannelInfo *reply;
  const ChannelInfo::Made *made;
  /// In the asker: the call that sends the request, and the receive.
  const Call *request;
  const ChannelUse *receive;
  /// In the tasks that answer: what sends there, or only closes.
  llvm::SmallVector<const ChannelUse *, 2> answers;

  /// The expression that makes the channel.
  const clang::Expr *making() const;
};

/// The round trips of the unit. There is none where the wait can end otherwise,
/// or more than one answer may come.
std::vector<RoundTrip> roundTrips(Unit &unit);

} // namespace heddle::checks
