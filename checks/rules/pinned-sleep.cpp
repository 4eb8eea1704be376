#include "analysis/pins.h"
#include "analysis/spawns.h"
#include "analysis/tests.h"
#include "analysis/uses.h"
#include "framework/check.h"
#include "rewrite/narrow_pin.h"
#include "rewrite/removal.h"

using namespace clang;

namespace heddle::checks {
namespace {

// The thread of a pinned task waits along with it. Between two calls that need
// the thread that may have to be so; before the first and after the last, the
// thread is kept for nothing.
class PinnedSleep final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const PinnedRegion &region : pinnedRegions(unit(), function))
      if (auto statements = statementsOf(unit(), region))
        judge(region, *statements);
  }

  void judge(const PinnedRegion &region, const PinnedStatements &statements) {
    unsigned size = statements.needs.size();
    auto needs = llvm::find(statements.needs, true) - statements.needs.begin();
    if (needs == size)
      return judgeIdle(region, statements);
    // What is not in view may need it, which needless-pin asks about.
    if (!needsItsThread(unit(), region))
      return;
    unsigned begin = needs, end = size;
    while (!statements.needs[end - 1])
      --end;
    for (unsigned at = 0; at < size; ++at)
      if (statements.waits[at] && (at < begin || at >= end)) {
        Finding &finding = report(region, *statements.waits[at]);
        Edits narrowed =
            at < begin ? pinnedFrom(unit(), source(), region, statements, begin)
                       : pinnedUntil(unit(), source(), region, statements, end);
        if (needsByDeclaration(unit(), region))
          finding.fix(narrowed);
        else
          finding.review(statements.waits[at]->first().location(),
                         "a compiler may keep the address of a thread-local "
                         "variable across the wait",
                         narrowed);
        return;
      }
  }

  // Where nothing needs the thread: who does more than to wait is told so by
  // needless-pin.
  void judgeIdle(const PinnedRegion &region,
                 const PinnedStatements &statements) {
    bool onlyWaits = !statements.waits.empty();
    for (auto [index, wait] : llvm::enumerate(statements.waits))
      onlyWaits &=
          wait &&
          onlyCall(unit(),
                   statements.block->body_begin()[statements.first + index]) ==
              &wait->first();
    if (!onlyWaits)
      return;
    Finding &finding = report(region, *statements.waits.front());
    finding.covers(pinLocation(region));
    Edits unpinned = edits();
    unpinned.require(!region.guard || unit().mentions(region.guard).empty());
    if (region.guard)
      unpinned.remove(*statements.block->body_begin()[statements.first - 1]);
    else
      removeCall(removeCall(unpinned, unit(), *region.pin), unit(),
                 *region.unpins.front());
    finding.fix(unpinned);
  }

  Finding &report(const PinnedRegion &region, const CallPath &wait) {
    Finding &finding = diag(wait.first().location(),
                            "'%0' waits while the task keeps its thread")
                       << nameOf(wait.first());
    finding.note(pinLocation(region), "pinned here");
    for (const Call *step : llvm::drop_begin(wait.calls))
      finding.note(step->location(), "waits in '%0' here") << nameOf(*step);
    return finding;
  }

  static SourceLocation pinLocation(const PinnedRegion &region) {
    return region.guard ? region.guard->getLocation() : region.pin->location();
  }

  static std::string nameOf(const Call &call) {
    return call.callee ? call.callee->getNameAsString() : "a function pointer";
  }
};

} // namespace

extern const CheckInfo pinned_sleep = {
    .summary = "pinned task waits where it needs no thread",
    .tier = Tier::Cost,
    .fix = Fix::SafeOrReview,
    .seeds = "E13",
    .since = "0.1",
    .make = makeCheck<PinnedSleep>,
};

} // namespace heddle::checks
