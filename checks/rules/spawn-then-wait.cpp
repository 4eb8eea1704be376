#include "analysis/fork_join.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/direct_call.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A task that is waited for at once does nothing that a call would not, after a
// trip through the queues, and its spawner sleeps meanwhile.
class SpawnThenWait final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const ForkJoin &fork : forkJoins(unit(), function))
      if (fork.branches.size() == 1 && fork.isPrivate)
        report(fork);
  }

  void report(const ForkJoin &fork) {
    const Call &start = *fork.branches.front().spawn.path.front();
    Finding &finding = diag(start.expr()->getBeginLoc(),
                            "a task is spawned and waited for at once");
    finding.covers(start.location());
    finding.note(fork.join.wait ? fork.join.wait->location()
                                : fork.join.site->getBeginLoc(),
                 "waited for here");
    finding.fix(asDirectCall(unit(), source(), fork));
  }
};

} // namespace

extern const CheckInfo spawn_then_wait = {
    .summary = "one task that is waited for at once",
    .tier = Tier::Cost,
    .fix = Fix::Safe,
    .seeds = "A15",
    .since = "0.2",
    .make = makeCheck<SpawnThenWait>,
};

} // namespace heddle::checks
