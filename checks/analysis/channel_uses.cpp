#include "analysis/channel_uses.h"

#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

llvm::SmallVector<const Expr *, 4> writtenArguments(const Call &call) {
  llvm::SmallVector<const Expr *, 4> written;
  for (const Expr *argument : call.args())
    if (!isa<CXXDefaultArgExpr>(argument))
      written.push_back(argument);
  return written;
}

} // namespace

ChannelUse methodUse(Unit &unit, const Call &call) {
  RoleSet roles = unit.roles(call);
  ChannelUse use{.kind = ChannelUse::Look, .call = &call};
  auto arguments = writtenArguments(call);
  if (roles.has(Role::Sends)) {
    use.kind = ChannelUse::Send;
    use.limited = !roles.has(Role::Suspends) || arguments.size() > 1;
    if (!arguments.empty())
      use.value = arguments.back();
  } else if (roles.has(Role::Receives)) {
    use.kind = ChannelUse::Receive;
    use.limited = !roles.has(Role::Suspends) || !arguments.empty();
  } else if (roles.has(Role::Closes)) {
    use.kind = ChannelUse::Close;
  } else if (!cast<CXXMethodDecl>(call.callee)->isConst()) {
    // What is declared to do none of this takes what is there.
    use.kind = ChannelUse::Receive;
    use.limited = true;
  }
  return use;
}

ChannelUse caseUse(Unit &unit, const Call &call, ChannelUse::Kind kind) {
  ChannelUse use{.kind = kind, .call = &call};
  if (kind == ChannelUse::Send && call.args().size() > 1)
    use.value = call.args()[1];
  const auto *select =
      dyn_cast_or_null<CallExpr>(unit.parent(unit.wrapped(call.site)));
  use.select = select ? unit.call(select) : nullptr;
  use.limited = !select || select->getNumArgs() > 1;
  return use;
}

} // namespace heddle::checks
