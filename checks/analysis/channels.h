// Channels, and all that the code in view does with each.
#pragma once

#include "analysis/unit.h"

#include <optional>

namespace heddle::checks {

/// One thing that code does with a channel.
struct ChannelUse {
  enum Kind : uint8_t {
    Send,
    Receive,
    Close,
    /// Only asks about it: its size, whether it is closed.
    Look,
  };

  Kind kind;
  /// The channel as it is named there.
  const clang::Expr *mention = nullptr;
  const Function *function = nullptr;
  /// `send`, `close`, a case of a select, `consume`; null for a loop over it.
  const Call *call = nullptr;
  /// The `for` whose items it gives.
  const clang::CXXForRangeStmt *loop = nullptr;
  /// What is sent; null if that is not one expression.
  const clang::Expr *value = nullptr;
  /// The select that it is a case of.
  const Call *select = nullptr;
  /// It never waits, or something else can end the wait: a time-out, a
  /// context, another case of its select.
  bool limited = false;

  /// The call or the loop.
  const clang::Stmt *site() const;
  clang::SourceLocation location() const { return site()->getBeginLoc(); }
};

/// One channel, or several that the code cannot be seen to tell apart: those
/// that some parameter or member may be either of.
struct ChannelInfo {
  /// Where channels are made.
  struct Made {
    /// The channel itself, or a handle that takes what `expr` makes.
    const clang::ValueDecl *variable = nullptr;
    /// Set where what is made is a handle: the call that does.
    const clang::Expr *expr = nullptr;
    /// The argument; null if there is none.
    const clang::Expr *capacityArgument = nullptr;
    /// None if it is not a constant.
    std::optional<uint64_t> capacity;
    /// Null for a member or a variable at namespace scope.
    const Function *function = nullptr;

    clang::SourceLocation location() const;
  };

  std::vector<Made> made;
  /// The variables, parameters, members and functions that stand for it.
  std::vector<const clang::ValueDecl *> names;
  /// In source order.
  std::vector<ChannelUse> uses;
  /// Code that is not in view may use it, or makes it.
  bool escapes = false;

  /// The one place that makes it, if nobody else can get at the channel.
  const Made *onlyMade() const;
  std::vector<const ChannelUse *> usesOf(ChannelUse::Kind kind) const;
  /// For messages: of the variable that it is made in, or else first named.
  llvm::StringRef name() const;
};

/// The channels of the unit, by the place of their first use.
llvm::ArrayRef<const ChannelInfo *> channels(Unit &unit);

/// A loop each round of which takes an item of a channel.
struct ItemLoop {
  const clang::Stmt *stmt;
  const clang::Stmt *body;
};

/// The loop over the channel, or that `receive` begins each round of.
std::optional<ItemLoop> itemLoop(Unit &unit, const ChannelUse &receive);

/// The variable that `receive` puts each item in; null if it is none.
const clang::VarDecl *itemOf(Unit &unit, const ChannelUse &receive);

/// The channel that `expr` is, or points to; null if it is none.
const ChannelInfo *channelOf(Unit &unit, const clang::Expr *expr);

} // namespace heddle::checks
