#include "analysis/callables.h"
#include "analysis/cancellation.h"
#include "analysis/endless.h"
#include "analysis/spawns.h"
#include "analysis/suspends.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/ended_loop.h"

#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A task that nothing can end holds all that it captured until the process
// ends, and makes it end late: the runtime waits for its tasks in vain.
class UncancellableTask final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;
  using Path = llvm::SmallVector<const Call *, 4>;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const Call *call : function.calls)
      if (!unit().roles(*call).has(Role::Daemon))
        for (const Invocation &run : invocations(unit(), *call))
          if (run.execution == Execution::Spawned)
            checkTask(*call, *run.target, {});
  }

  // Looks into what the task calls, too: a way through few functions.
  void checkTask(const Call &spawn, const Function &fn, const Path &path) {
    if (unit().roles(fn.decl).has(Role::Daemon))
      return;
    for (const Loop &loop : loops(unit(), fn))
      if (neverEnds(unit(), loop) && !mayEnd(spawn, loop))
        return report(spawn, loop, path);
    if (path.size() == 4)
      return;
    for (const Call *call : fn.calls)
      for (const Invocation &next : invocations(unit(), *call))
        if (runsDuringCall(next.execution) && !llvm::is_contained(path, call)) {
          Path longer = path;
          longer.push_back(call);
          checkTask(spawn, *next.target, longer);
        }
  }

  bool mayEnd(const Call &spawn, const Loop &loop) {
    return mayBeTold(unit(), loop) || isGuardedByTry(unit(), loop) ||
           onlyComputes(loop) ||
           (keepsErrors(spawn) && runsUnseen(unit(), loop));
  }

  // endless-loop-without-checkpoint's, before and after its fix.
  bool onlyComputes(const Loop &loop) {
    bool checkpoints = false;
    for (const Call *call : loop.function->calls) {
      if (!unit().isWithin(call->site, loop.stmt))
        continue;
      if (suspends(unit(), *call))
        return false;
      checkpoints |= unit().roles(*call).has(Role::Checkpoints);
    }
    return checkpoints;
  }

  // What a detached task throws ends the program, and is no way out.
  static bool keepsErrors(const Call &spawn) {
    return spawn.object() ||
           (spawn.callee && !spawn.callee->getReturnType()->isVoidType());
  }

  void report(const Call &spawn, const Loop &loop, const Path &path) {
    Finding &finding = diag(placeOf(loop), "nothing can tell the task to end");
    finding.covers(loop.stmt->getBeginLoc());
    finding.note(spawn.location(), "it is started here");
    for (const Call *step : path)
      finding.note(step->location(), "reached through this call");
    if (const ValueDecl *context = contextAt(unit(), spawn.site))
      finding.review(loop.stmt->getBeginLoc(),
                     "it ends with '" + context->getNameAsString() +
                         "', also in the midst of its work",
                     endedBy(unit(), source(), *context, loop, spawn));
  }

  // Where it waits for another item, if it does.
  SourceLocation placeOf(const Loop &loop) {
    for (const Call *call : loop.function->calls)
      if (lexicalLoop(unit(), call->site) == &loop &&
          unit().roles(*call).has(Role::Receives))
        return call->location();
    return loop.stmt->getBeginLoc();
  }
};

} // namespace

extern const CheckInfo uncancellable_task = {
    .summary = "endless task that nothing can tell to end",
    .tier = Tier::Bug,
    .fix = Fix::Review,
    .seeds = "E20",
    .since = "0.1",
    .yieldsTo = {"endless-loop-without-checkpoint", "never-signalled-channel"},
    .make = makeCheck<UncancellableTask>,
};

} // namespace heddle::checks
