#include "analysis/fork_join.h"
#include "analysis/hot.h"
#include "analysis/suspends.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/invoke_all.h"

#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A few branches of computation are worth a task each only if they are long; in
// code that runs often they mostly are not. invoke_all runs in place what
// nobody has stolen. Branches that wait at the same time are what tasks are
// for.
class ForkJoinPerTask final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const ForkJoin &fork : forkJoins(unit(), function)) {
      if (fork.branches.size() < 2 || waitTogether(fork))
        continue;
      if (auto path = hot(unit(), *fork.branches.front().spawn.path.front()))
        report(fork, *path);
    }
  }

  bool waitTogether(const ForkJoin &fork) {
    return llvm::count_if(fork.branches, [&](const auto &branch) {
             const Function *task = branch.spawn.task;
             return task && llvm::any_of(task->calls, [&](const Call *call) {
                      return suspends(unit(), *call) || blocks(unit(), *call);
                    });
           }) >= 2;
  }

  void report(const ForkJoin &fork, const HotPath &path) {
    const Call &first = *fork.branches.front().spawn.path.front();
    Finding &finding = diag(first.expr()->getBeginLoc(),
                            "%0 tasks are spawned and joined each time")
                       << unsigned(fork.branches.size());
    finding.covers(first.location());
    for (const auto &branch : llvm::drop_begin(fork.branches)) {
      const Call &start = *branch.spawn.path.front();
      finding.covers(start.expr()->getBeginLoc()).covers(start.location());
    }
    finding.note(fork.join.wait ? fork.join.wait->location()
                                : fork.join.site->getBeginLoc(),
                 "joined here");
    finding.note(path.cause, path.explanation());
    for (const Call *step : path.calls)
      finding.note(step->location(), "which calls this");
    finding.fix(asInvokeAll(unit(), source(), fork));
  }
};

} // namespace

extern const CheckInfo fork_join_per_task = {
    .summary = "a fixed set of tasks spawned and joined in a hot place",
    .tier = Tier::Cost,
    .fix = Fix::Safe,
    .seeds = "B4 B15",
    .since = "0.2",
    .yieldsTo = {"spawn-then-wait"},
    .make = makeCheck<ForkJoinPerTask>,
};

} // namespace heddle::checks
