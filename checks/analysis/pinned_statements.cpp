#include "analysis/pins.h"
#include "analysis/spawns.h"

#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
std::optional<PinnedStatements> statementsOf(Unit &unit,
                                             const PinnedRegion &region) {
  const Stmt *pin = statementOf(unit, region.pin->site);
  const auto *block =
      pin ? dyn_cast_or_null<CompoundStmt>(unit.parent(pin)) : nullptr;
  if (!block)
    return std::nullopt;
  auto at = [&](const Stmt *statement) {
    return unsigned(llvm::find(block->body(), statement) - block->body_begin());
  };
  PinnedStatements found = {block, at(pin) + 1, block->size(), {}, {}};
  if (!region.guard) {
    if (region.unpins.size() != 1)
      return std::nullopt;
    const Stmt *unpin = statementOf(unit, region.unpins.front()->site);
    if (!unpin || unit.parent(unpin) != block || at(unpin) < found.first)
      return std::nullopt;
    found.last = at(unpin);
  }
  for (const Stmt *statement : drop_begin(
           make_range(block->body_begin(), block->body_begin() + found.last),
           found.first)) {
    PinnedRegion part = {region.pin, region.guard, {}, {}};
    std::optional<CallPath> wait;
    for (const Call *call : region.calls)
      if (unit.isWithin(call->site, statement)) {
        part.calls.push_back(call);
        if (!wait)
          wait = suspends(unit, *call);
      }
    found.needs.push_back(needsItsThread(unit, part) ||
                          !unseenCalls(unit, part).empty());
    found.waits.push_back(std::move(wait));
  }
  return found;
}

} // namespace heddle::checks
