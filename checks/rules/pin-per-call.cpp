#include "analysis/hot.h"
#include "analysis/pins.h"
#include "analysis/spawns.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/pooled_run.h"

using namespace clang;

namespace heddle::checks {
namespace {

// Each pin takes a thread out of the runtime's hands, and where the task waits
// another must stand in. Work that needs a thread and comes often is done by a
// few tasks that keep theirs.
class PinPerCall final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const PinnedRegion &region : pinnedRegions(unit(), function)) {
      auto often = hot(unit(), *region.pin);
      auto need = often ? foreignNeed(region) : std::nullopt;
      if (need && !isPinnedAnyway(region, *often) && !isConversation(region))
        report(region, *often, *need);
    }
  }

  // The way to a call that needs the thread, of code that is not in view.
  std::optional<CallPath> foreignNeed(const PinnedRegion &region) {
    for (const Call *call : region.calls)
      if (auto path = needsThread(unit(), *call))
        if (unit().roles(path->last()).has(Role::NeedsThread) &&
            path->last().callee && !unit().function(path->last().callee))
          return path;
    return std::nullopt;
  }

  // Within another pin, one more costs nothing.
  bool isPinnedAnyway(const PinnedRegion &region, const HotPath &often) {
    return isPinned(unit(), *region.pin) ||
           llvm::any_of(often.calls, [&](const Call *step) {
             return runsPinned(unit(), *step);
           });
  }

  // The pin lasts for many items: it has a loop of its own over them.
  bool isConversation(const PinnedRegion &region) {
    return llvm::any_of(region.calls, [&](const Call *call) {
      for (const Loop *loop = lexicalLoop(unit(), call->site);
           loop && !unit().isWithin(region.pin->site, loop->stmt);
           loop = lexicalLoop(unit(), loop->stmt))
        if (loop->trips == TripCount::Endless || receiving(unit(), *loop))
          return true;
      const Function *callee = unit().function(call->callee);
      return callee && isLongLived(unit(), *callee);
    });
  }

  void report(const PinnedRegion &region, const HotPath &often,
              const CallPath &need) {
    SourceLocation location =
        region.guard ? region.guard->getLocation() : region.pin->location();
    std::string needed = need.last().callee->getNameAsString();
    Finding &finding = diag(location, "'%0' pins a thread each time, for '%1'")
                       << (region.guard ? region.guard->getNameAsString()
                                        : region.pin->callee->getNameAsString())
                       << needed;
    finding.note(often.cause, often.explanation());
    for (const Call *step : often.calls)
      finding.note(step->location(), "reached through this call");
    finding.note(need.last().location(), "'%0' needs the thread here")
        << needed;
    finding.review(location,
                   "with a pool, calls wait for one of its threads, which are "
                   "other ones than those of other pins",
                   asPooledRun(unit(), source(), region));
  }
};

} // namespace

extern const CheckInfo pin_per_call = {
    .summary = "thread pinned anew for each call that needs one",
    .tier = Tier::Cost,
    .fix = Fix::Review,
    .seeds = "D19",
    .since = "0.1",
    .make = makeCheck<PinPerCall>,
};

} // namespace heddle::checks
