#include "analysis/fork_join.h"
#include "analysis/tests.h"
#include "analysis/timers.h"
#include "framework/check.h"
#include "rewrite/direct_call.h"

#include "llvm/ADT/STLExtras.h"

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
      if (fork.branches.size() == 1 && fork.isPrivate && !waitsForOthers(fork))
        report(fork);
  }

  // Other tasks use what the wait is made on, or are counted by it.
  bool waitsForOthers(const ForkJoin &fork) {
    const Spawn &spawn = fork.branches.front().spawn;
    const Call &start = *spawn.path.front();
    if (!fork.join.through)
      return false;
    return llvm::any_of(
        unit().mentions(fork.join.through), [&](const Expr *mention) {
          const Function *user = unit().functionOf(mention);
          const Call *use = userOf(unit(), *mention);
          return (user != start.caller && user != spawn.task) ||
                 (use && use != &start && unit().roles(*use).has(Role::Spawns));
        });
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
