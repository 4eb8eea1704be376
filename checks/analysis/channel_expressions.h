// Expressions that denote a channel: what in them says which, and how far up
// they still denote it.
#pragma once

#include "analysis/unit.h"

namespace heddle::checks {

/// `expr`, which denotes a channel, says by itself which one: a mention of a
/// variable or member, or a call that makes or gets it.
bool isChannelOrigin(Unit &unit, const clang::Expr &expr);

/// The origin in `expr`; null if it has none.
const clang::Expr *channelOriginOf(Unit &unit, const clang::Expr *expr);

/// `up` denotes the channel that `child`, a part of it, denotes.
bool denotesSame(Unit &unit, const clang::Stmt &up, const clang::Stmt &child);

} // namespace heddle::checks
