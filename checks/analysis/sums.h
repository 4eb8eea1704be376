// Channels whose receivers do nothing but add.
#pragma once

#include "analysis/channels.h"

namespace heddle::checks {

struct SummedChannel {
  std::vector<const ChannelUse *> sends;
  /// A loop that receives, the one statement it repeats, and what that adds to.
  struct Addition {
    const ChannelUse *receive;
    const clang::Stmt *loop;
    const clang::Stmt *addition;
    const clang::ValueDecl *total;
  };
  std::vector<Addition> additions;
};

/// Every send on `channel` is of a constant number, and all that becomes of
/// what is received is that it is added to a variable, or counted.
std::optional<SummedChannel> summedUp(Unit &unit, const ChannelInfo &channel);

} // namespace heddle::checks
