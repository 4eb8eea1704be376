#include "analysis/lazy_init.h"
#include "analysis/task_code.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/lazy_value.h"

using namespace clang;

namespace heddle::checks {
namespace {

// Two tasks that come at the same time both find nothing, and both make it: one
// is lost, or used while the other is put in its place.
class UnsynchronisedLazyInit final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const LazyInit &init : unsynchronisedInits(unit(), function))
      report(init);
  }

  void report(const LazyInit &init) {
    Finding &finding = diag(init.check->getBeginLoc(),
                            "two tasks may find %0 empty, and both make it")
                       << init.variable;
    finding.note(init.making->getBeginLoc(), "it is made here");
    if (auto task = taskCode(unit(), *init.function)) {
      for (const Call *step : task->calls)
        finding.note(step->location(), "reached through this call");
      finding.note(task->start->location(), task->explanation(unit()));
    }
    Edits local = asLocalStatic(unit(), source(), init);
    if (isSafeAsLocalStatic(unit(), init))
      finding.fix(local);
    else
      finding.review(init.check->getBeginLoc(),
                     "made once only, also where that gives nothing; ends in "
                     "another order",
                     local);
    finding.review(init.variable->getLocation(),
                   "made by the first who uses it, while others wait; its "
                   "object can be moved no more",
                   asLazy(unit(), source(), init));
  }
};

} // namespace

extern const CheckInfo unsynchronised_lazy_init = {
    .summary = "shared variable that is made when it is found empty, unguarded",
    .tier = Tier::Bug,
    .fix = Fix::SafeOrReview,
    .seeds = "D5",
    .since = "0.1",
    .make = makeCheck<UnsynchronisedLazyInit>,
};

} // namespace heddle::checks
