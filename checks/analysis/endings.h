// Which waits on channels end, and who waits for them to.
#pragma once

#include "analysis/channels.h"
#include "analysis/loops.h"

namespace heddle::checks {

/// `use` receives again and again, and goes on only when the channel is closed:
/// nothing in its loop leaves that.
bool endsOnlyByClose(Unit &unit, const ChannelUse &use);

/// Somebody in view waits for `fn` to return: its caller does, or the group or
/// future that its task belongs to is joined without a limit.
bool isAwaited(Unit &unit, const Function &fn);

/// `stmt` is run again and again for as long as the program lives: it is in an
/// endless loop, in one over a stream that is no channel, or in a handler.
bool neverEnds(Unit &unit, const clang::Stmt &stmt);

/// `wait` is what a runtime's first task ends with, so that others go on.
bool parksMain(Unit &unit, const clang::Stmt &wait);

} // namespace heddle::checks
