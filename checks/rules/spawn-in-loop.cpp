#include "analysis/spawns.h"
#include "framework/check.h"
#include "rewrite/limit_spawn.h"
#include "rewrite/parallel_loop.h"

#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A task costs a queue entry and, once it waits, a stack. A loop over items
// makes as many as there are items, however many can run; a loop that hands its
// items to as many tasks as there are processors does the same work with a few.
class SpawnInLoop final : public Check {
  using Check::Check;

  void checkUnit() override {
    llvm::DenseSet<const Loop *> reported;
    for (const Function *function : unit().functions())
      for (const Call *call : function->calls)
        if (auto spawn = spawns(unit(), *call))
          if (const Loop *loop = unboundedLoop(unit(), *spawn))
            if (!(spawn->task && isLongLived(unit(), *spawn->task)) &&
                reported.insert(loop).second) {
              enter(function);
              report(*spawn, *loop);
            }
  }

  void report(const Spawn &spawn, const Loop &loop) {
    const Call &start = *spawn.path.front();
    Finding &finding =
        diag(start.expr()->getBeginLoc(), "one task per %0 is spawned")
        << nameOfRound(loop);
    finding.note(loop.stmt->getBeginLoc(), "by this loop");
    for (const Call *step : llvm::drop_begin(spawn.path))
      finding.note(step->location(), "spawned here");
    finding.causedAt(spawn.call().location());

    Edits parallel = asParallelFor(unit(), source(), loop, start);
    if (spawn.path.size() == 1 && parallel)
      finding.fix(parallel);
    else
      offerLimit(finding, spawn, loop);
  }

  void offerLimit(Finding &finding, const Spawn &spawn, const Loop &loop) {
    const Call &start = spawn.call();
    if (spawn.path.size() > 1 || loop.callable)
      return;
    finding.review(start.location(),
                   "with a slot for each, the loop waits while too many run",
                   asLimitedSpawn(unit(), source(), start, *loop.stmt,
                                  "2 * %available_procs()"));
  }

  std::string nameOfRound(const Loop &loop) const {
    if (const auto *range = dyn_cast<CXXForRangeStmt>(loop.stmt)) {
      llvm::StringRef items =
          source().text(range->getRangeInit()->getSourceRange());
      if (!items.empty() && items.size() <= 40 && !items.contains('\n'))
        return "item of '" + items.str() + "'";
    }
    return "round of a loop";
  }
};

} // namespace

extern const CheckInfo spawn_in_loop = {
    .summary = "one task per item of a loop",
    .tier = Tier::Cost,
    .fix = Fix::SafeOrReview,
    .seeds = "A1 B1 D3 E23",
    .since = "0.1",
    .yieldsTo = {"recursive-spawn", "spawn-in-shutdown", "spawn-per-event",
                 "spawn-periodically", "unbounded-blocking-spawn"},
    .make = makeCheck<SpawnInLoop>,
};

} // namespace heddle::checks
