/// Channels that are closed, or made larger.
#pragma once

#include "analysis/channels.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// The statement that declares the local variable of `made`; null for others.
const clang::Stmt *declarationOf(Unit &unit, const ChannelInfo::Made &made);

/// The channel and what selects its members, as the code at `use` writes it:
/// "jobs." or "jobs->". Empty for what is no method call.
std::string accessOf(const Source &source, const ChannelUse &use);

/// Closes the channel that a local variable holds, however its scope is left;
/// or, where the scope waits for tasks, before it does.
Edits closeAtEnd(Unit &unit, const Source &source,
                 const ChannelInfo::Made &made);

/// Closes `channel` behind the last send of the one function that sends to it.
/// Fails where that may run more than once, or end early.
Edits closeBehind(Unit &unit, const Source &source, const ChannelInfo &channel);

/// Gives the channel room for `capacity`, an expression.
Edits withCapacity(const Source &source, const ChannelInfo::Made &made,
                   llvm::StringRef capacity);

/// Makes the channel in a local variable one that its tasks share, with room
/// for `capacity`. Fails where it is used in other ways than by its members, by
/// cases of a select, in a loop over it, or as an argument.
Edits asShared(Unit &unit, const Source &source, const ChannelInfo &channel,
               llvm::StringRef capacity);

} // namespace heddle::checks
