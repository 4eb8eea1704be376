#include "analysis/suspends.h"
#include "analysis/task_code.h"
#include "analysis/tests.h"
#include "analysis/thread_locals.h"
#include "framework/check.h"
#include "rewrite/task_local.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A task that waits may go on on another thread, with other thread-local
// variables: what it left in them belongs to whoever runs there now.
class ThreadLocalAcrossSuspend final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (!function.body || isTestCode(function) ||
        isOnlyThreadCode(unit(), function) ||
        (function.decl && function.decl->isMain()))
      return;
    for (const StaleUse &use : staleUses(unit(), function))
      report(use);
  }

  void report(const StaleUse &use) {
    std::string name = use.variable ? use.variable->getNameAsString() : "errno";
    Finding &finding =
        use.alias ? diag(use.use->getBeginLoc(),
                         "%0 leads to '%1' of the thread before the wait")
                        << use.alias << name
                  : diag(use.use->getBeginLoc(),
                         "'%0' may be another thread's after the wait")
                        << name;
    finding.note(use.set->getBeginLoc(),
                 use.alias ? "it was taken here" : "it was set here");
    finding.note(use.wait->location(),
                 "the task may go on on another thread from here");
    tellWay(finding, *use.wait);
    if (use.variable)
      finding.review(use.variable->getLocation(),
                     "as a TaskLocal, it stays with the task; each task has "
                     "its own",
                     asTaskLocal(unit(), source(), *use.variable));
  }

  void tellWay(Finding &finding, const Call &wait) {
    auto path = suspends(unit(), wait);
    if (!path)
      path = yields(unit(), wait);
    if (path)
      for (const Call *step : llvm::drop_begin(path->calls))
        finding.note(step->location(), "by way of this call");
  }
};

} // namespace

extern const CheckInfo thread_local_across_suspend = {
    .summary = "thread-local variable that a task uses on both sides of a wait",
    .tier = Tier::Bug,
    .fix = Fix::Review,
    .seeds = "",
    .since = "0.1",
    .make = makeCheck<ThreadLocalAcrossSuspend>,
};

} // namespace heddle::checks
