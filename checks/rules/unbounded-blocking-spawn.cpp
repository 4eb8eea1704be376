#include "analysis/spawns.h"
#include "analysis/suspends.h"
#include "analysis/tests.h"
#include "analysis/uses.h"
#include "framework/check.h"
#include "rewrite/limit_spawn.h"
#include "rewrite/parallel_loop.h"

#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A task that blocks holds an OS thread, and the runtime starts another one for
// the rest. One such task per item is one thread per item: the limit of threads
// is reached long before the end of the items.
class UnboundedBlockingSpawn final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    llvm::DenseSet<const Loop *> reported;
    for (const Call *call : function.calls) {
      auto spawn = spawns(unit(), *call);
      if (!spawn || !spawn->task)
        continue;
      const Loop *loop = unboundedLoop(unit(), *spawn);
      if (!loop)
        loop = receivingLoop(unit(), *spawn);
      if (!loop || isLongLived(unit(), *spawn->task))
        continue;
      if (auto path = blockingPath(*spawn->task);
          path && reported.insert(loop).second)
        report(*spawn, *loop, *path);
    }
  }

  std::optional<CallPath> blockingPath(const Function &task) {
    for (const Call *call : task.calls)
      if (auto path = blocks(unit(), *call))
        return path;
    for (const Call *call : task.calls)
      if (auto path = handsOff(unit(), *call); path && mayBlock(path->last()))
        return path;
    return std::nullopt;
  }

  // What it hands the thread to is not in view, or calls what is not.
  bool mayBlock(const Call &section) {
    bool seen = false;
    for (const Invocation &next : invocations(unit(), section))
      if (next.argument) {
        if (touchedBy(unit(), next.target->body).unseen)
          return true;
        seen = true;
      }
    return !seen;
  }

  void report(const Spawn &spawn, const Loop &loop, const CallPath &path) {
    const Call &start = *spawn.path.front();
    Finding &finding =
        diag(start.expr()->getBeginLoc(),
             "each round of a loop spawns a task that blocks a thread");
    finding.covers(start.location());
    finding.note(loop.stmt->getBeginLoc(), "by this loop");
    for (const Call *step : llvm::drop_begin(spawn.path))
      finding.note(step->location(), "spawned here");
    for (const Call *step : path.calls)
      finding.note(step->location(), step == &path.last()
                                         ? "blocks in '%0' here"
                                         : "reached through '%0' here")
          << nameOf(*step);
    if (Edits parallel =
            asParallelFor(unit(), source(), loop, start, "{.limit = 16}");
        parallel && spawn.path.size() == 1)
      finding.fix(parallel);
    else if (!loop.callable)
      finding.review(
          start.location(), "with 16 slots, the loop waits while as many run",
          asLimitedSpawn(unit(), source(), spawn.call(), *loop.stmt, "16"));
  }

  static std::string nameOf(const Call &call) {
    if (call.destroyed)
      return "the end of " + call.destroyed->getNameAsString();
    return call.callee ? call.callee->getNameAsString() : "a function pointer";
  }
};

} // namespace

extern const CheckInfo unbounded_blocking_spawn = {
    .summary = "a task per item, each of which blocks a thread",
    .tier = Tier::Bug,
    .fix = Fix::SafeOrReview,
    .seeds = "A8 D7 E6 E9",
    .since = "0.2",
    .make = makeCheck<UnboundedBlockingSpawn>,
};

} // namespace heddle::checks
