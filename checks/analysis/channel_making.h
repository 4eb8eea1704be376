// How and where channels are made, and who else can get at them there.
#pragma once

#include "analysis/channels.h"

namespace heddle::checks {

/// How the channel that `decl` is, not one it stands for, is made. None where
/// `decl` only stands for one. `isTaken`: it takes another channel's place, or
/// its making is not in view.
struct MadeHere {
  ChannelInfo::Made made;
  bool isTaken = false;
};
std::optional<MadeHere> madeBy(Unit &unit, const clang::ValueDecl &decl);

/// The channel that the call `expr` makes and gives a handle of.
std::optional<ChannelInfo::Made> madeBy(Unit &unit, const clang::Expr &expr,
                                        const Function *function);

/// Code that is not in view can name `decl`.
bool isOpen(Unit &unit, const clang::ValueDecl &decl);

} // namespace heddle::checks
