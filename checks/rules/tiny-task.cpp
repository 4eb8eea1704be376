#include "analysis/hot.h"
#include "analysis/spawns.h"
#include "analysis/tests.h"
#include "analysis/work.h"
#include "framework/check.h"
#include "rewrite/direct_call.h"

#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

// To store, queue, take and free a task costs tens of nanoseconds; a few
// additions cost one. Where that runs often, the spawn is most of the work.
class TinyTask final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const Call *call : function.calls) {
      if (!unit().roles(*call).has(Role::Spawns))
        continue;
      const Function *task = taskOf(*call);
      if (!task || !isTiny(unit(), *task) || isEmpty(*task))
        continue;
      if (auto path = hot(unit(), *call))
        report(*call, *task, *path);
    }
  }

  const Function *taskOf(const Call &call) {
    for (const Invocation &next : invocations(unit(), call))
      if (next.execution == Execution::Spawned)
        return next.target;
    return nullptr;
  }

  // A task that does nothing is there for its own sake.
  static bool isEmpty(const Function &task) {
    const auto *block = dyn_cast<CompoundStmt>(task.body);
    return block && block->body_empty();
  }

  void report(const Call &call, const Function &task, const HotPath &path) {
    Finding &finding = diag(call.expr()->getBeginLoc(),
                            "the task does less than its spawn costs");
    finding.covers(call.location());
    if (!task.lambda)
      finding.note(task.location(), "all that it does is this");
    finding.note(path.cause, path.explanation());
    for (const Call *step : path.calls)
      finding.note(step->location(), "which calls this");
    Spawn spawn{.path = {&call}, .task = &task};
    if (call.callee && call.callee->getReturnType()->isVoidType() &&
        call.args().size() <= 2 && !unit().roles(call).has(Role::BoundsSpawns))
      finding.review(call.location(), "done in place, it comes earlier",
                     inPlace(unit(), source(), spawn));
  }
};

} // namespace

extern const CheckInfo tiny_task = {
    .summary = "a task that does less than its spawn costs",
    .tier = Tier::Cost,
    .fix = Fix::Review,
    .seeds = "D16",
    .since = "0.2",
    .yieldsTo = {"dangling-capture", "fork-join-per-task", "recursive-spawn",
                 "spawn-in-loop", "spawn-in-shutdown", "spawn-per-event",
                 "spawn-per-request", "spawn-periodically", "spawn-then-wait",
                 "unbounded-blocking-spawn"},
    .make = makeCheck<TinyTask>,
};

} // namespace heddle::checks
