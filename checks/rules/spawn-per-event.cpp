#include "analysis/handlers.h"
#include "analysis/spawns.h"
#include "analysis/suspends.h"
#include "analysis/tests.h"
#include "analysis/uses.h"
#include "framework/check.h"
#include "rewrite/direct_call.h"
#include "rewrite/limit_spawn.h"
#include "rewrite/parallel_loop.h"

#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace heddle::checks {
namespace {

// Events come as fast as their senders can make them. A task for each gives up
// what the stream had: a bound, and the order. A few workers that receive keep
// the bound and need no spawn per event.
class SpawnPerEvent final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    llvm::DenseSet<const Loop *> reported;
    for (const Call *call : function.calls) {
      auto spawn = spawns(unit(), *call);
      const Loop *loop = spawn ? receivingLoop(unit(), *spawn) : nullptr;
      if (!loop || acceptsConnections(*loop) ||
          (spawn->task && isLongLived(unit(), *spawn->task)) ||
          isHandlers(*spawn, *loop) || !reported.insert(loop).second)
        continue;
      report(*spawn, *loop);
    }
  }

  // What a handler leaves behind is told of there, not in the loop that calls
  // handlers.
  bool isHandlers(const Spawn &spawn, const Loop &loop) {
    return loop.function != spawn.call().caller &&
           handlerPath(unit(), *spawn.call().caller);
  }

  // A task per connection is what tasks are for: it lives as long as the peer.
  bool acceptsConnections(const Loop &loop) {
    const SourceManager &sm = unit().context().getSourceManager();
    return llvm::any_of(loop.function->calls, [&](const Call *call) {
      if (!call->callee || !call->callee->getIdentifier() ||
          !call->callee->getName().contains_insensitive("accept"))
        return false;
      return sm.isPointWithin(call->location(), loop.stmt->getBeginLoc(),
                              loop.stmt->getEndLoc());
    });
  }

  void report(const Spawn &spawn, const Loop &loop) {
    const Call &start = *spawn.path.front();
    Finding &finding = diag(start.expr()->getBeginLoc(),
                            "a task is spawned for each item received");
    finding.covers(start.location());
    finding.note(loop.stmt->getBeginLoc(), "received by this loop");
    for (const Call *step : llvm::drop_begin(spawn.path))
      finding.note(step->location(), "spawned here");
    if (Edits workers = asConsume(unit(), source(), loop, start)) {
      finding.fix(workers);
      return;
    }
    if (neverWaits(spawn))
      finding.review(start.location(),
                     "it never waits; called directly, items are handled one "
                     "by one and in order",
                     inPlace(unit(), source(), spawn));
    else
      finding.review(start.location(),
                     "with a slot for each, the loop waits while too many run",
                     asLimitedSpawn(unit(), source(), spawn.call(), *loop.stmt,
                                    "4 * %available_procs()"));
  }

  bool neverWaits(const Spawn &spawn) {
    return spawn.task && !touchedBy(unit(), spawn.task->body).unseen &&
           llvm::all_of(spawn.task->calls, [&](const Call *call) {
             return !suspends(unit(), *call) && !blocks(unit(), *call);
           });
  }
};

} // namespace

extern const CheckInfo spawn_per_event = {
    .summary = "a task per event or message received",
    .tier = Tier::Cost,
    .fix = Fix::SafeOrReview,
    .seeds = "A5 A12",
    .since = "0.2",
    .yieldsTo = {"spawn-periodically", "unbounded-blocking-spawn"},
    .make = makeCheck<SpawnPerEvent>,
};

} // namespace heddle::checks
