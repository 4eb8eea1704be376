// Loops that work off a channel until a context ends, and what they leave.
#pragma once

#include "analysis/channels.h"
#include "analysis/loops.h"

namespace heddle::checks {

struct CancelledLoop {
  const Loop *loop;
  /// What it takes its items by.
  const ChannelUse *receive;
  const ChannelInfo *channel;
  /// Where it finds out that the context has ended.
  const clang::Expr *cancel;
  /// The channel has room for items that only this loop receives, nothing
  /// receives behind it, and nothing closes it.
  bool leavesItems = false;
  /// The container that it collects items in, and the statement in it that
  /// deals with these; nothing behind the loop does.
  const clang::VarDecl *batch = nullptr;
  const clang::Stmt *flush = nullptr;
};

/// The loops of the unit over a channel that end when a context does, and may
/// leave items in the channel, or in a variable of theirs, that were accepted
/// and are dealt with by nobody.
std::vector<CancelledLoop> undrainedLoops(Unit &unit);

} // namespace heddle::checks
