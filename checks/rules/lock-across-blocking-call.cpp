#include "analysis/guarded.h"
#include "analysis/lock_regions.h"
#include "analysis/suspends.h"
#include "framework/check.h"
#include "rewrite/narrow_lock.h"

#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace heddle::checks {
namespace {

// Whoever else wants the lock waits as long as the call does: a lock that
// should cost nanoseconds costs a round trip, and tasks queue up behind it.
//
// Taking another lock is not counted: in which order locks are taken is another
// question. Nor is waiting on a condition, which gives its lock back.
class LockAcrossBlockingCall final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  struct Wait {
    const Call *call;
    CallPath path;
    bool suspends;
  };

  void checkFunction(const Function &function) override {
    llvm::DenseSet<const Call *> reported;
    for (const LockRegion &region : lockRegions(unit(), function)) {
      // Who calls it with the lock held is told.
      if (!region.acquire && !unit().callsOf(function.decl).empty())
        continue;
      std::vector<Wait> waits = waitsIn(region);
      if (!waits.empty() && reported.insert(waits.front().call).second)
        report(region, waits);
    }
  }

  std::vector<Wait> waitsIn(const LockRegion &region) {
    std::vector<Wait> waits;
    for (const Call *call : region.calls) {
      bool parks = true;
      auto path = suspends(unit(), *call);
      if (!path) {
        parks = false;
        path = blocks(unit(), *call);
      }
      if (path && !serialisesOnly(unit(), region, path->last()))
        waits.push_back({call, std::move(*path), parks});
    }
    return waits;
  }

  // The first one only: the fix takes out all of them or is for review.
  void report(const LockRegion &region, const std::vector<Wait> &waits) {
    const Wait &wait = waits.front();
    Finding &finding =
        diag(wait.call->location(), "'%0' is held while '%1' may %2")
        << region.lock << nameOf(*wait.call)
        << (wait.suspends ? "suspend the task" : "block the thread");
    finding.note(region.acquired, region.acquire
                                      ? "'%0' is locked here"
                                      : "'%0' is held by all who call this")
        << region.lock;
    for (const Call *step : llvm::drop_begin(wait.path.calls))
      finding.note(step->location(), step == &wait.path.last()
                                         ? "waits in '%0' here"
                                         : "reached through '%0' here")
          << nameOf(*step);

    llvm::SmallVector<const Call *> calls;
    for (const Wait &each : waits)
      calls.push_back(each.call);
    if (Edits before = takenBefore(unit(), source(), region, calls))
      finding.fix(before);
    else
      finding.review(wait.call->location(),
                     "without the lock, what it guards may change meanwhile",
                     takenOut(unit(), source(), region, calls));
  }

  std::string nameOf(const Call &call) {
    if (call.destroyed)
      return "the end of " + call.destroyed->getNameAsString();
    const auto *expr = dyn_cast<CallExpr>(call.site);
    bool isObject = isa<CXXOperatorCallExpr>(call.site) || !call.callee;
    if (expr && isObject && expr->getNumArgs() > 0)
      return source()
          .text(call.callee ? expr->getArg(0)->getSourceRange()
                            : expr->getCallee()->getSourceRange())
          .str();
    return call.callee ? call.callee->getNameAsString() : "a function pointer";
  }
};

} // namespace

extern const CheckInfo lock_across_blocking_call = {
    .summary = "lock held across a call that blocks or suspends",
    .tier = Tier::Cost,
    .fix = Fix::SafeOrReview,
    .seeds = "D4",
    .since = "0.1",
    .make = makeCheck<LockAcrossBlockingCall>,
};

} // namespace heddle::checks
