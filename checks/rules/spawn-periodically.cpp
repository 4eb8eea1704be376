#include "analysis/attempts.h"
#include "analysis/endless.h"
#include "analysis/joins.h"
#include "analysis/loops.h"
#include "analysis/names.h"
#include "analysis/polling.h"
#include "analysis/tests.h"
#include "analysis/timers.h"
#include "analysis/uses.h"
#include "framework/check.h"
#include "rewrite/direct_call.h"
#include "rewrite/ticker.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A round's task that is slower than the period meets the next one, and then
// they pile up. One task that does the work itself, at each tick, cannot.
class SpawnPeriodically final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const Call *call : function.calls) {
      auto spawn = spawns(unit(), *call);
      if (!spawn || (spawn->task && isLongLived(unit(), *spawn->task)) ||
          hasLimit(unit(), spawn->call()))
        continue;
      const Loop *loop = lexicalLoop(unit(), call->site);
      while (loop && loop->bounded())
        loop = lexicalLoop(unit(), loop->stmt);
      if (!loop || isJoinedIn(*spawn, *loop))
        continue;
      if (const Call *pace = ticker(*loop))
        report(*spawn, *loop, *pace, true);
      else if (const Call *sleep = sleepOf(*loop);
               sleep && (goesOn(unit(), *loop) || sleepsOn(*loop)))
        report(*spawn, *loop, *sleep, false);
    }
  }

  // Before the next round: then there are never more than one round's.
  bool isJoinedIn(const Spawn &spawn, const Loop &loop) {
    return llvm::any_of(joinsOf(unit(), spawn), [&](const Join &join) {
      return join.wait && contains(loop.stmt, join.site);
    });
  }

  // The ticker that the rounds wait for.
  const Call *ticker(const Loop &loop) {
    if (!receiving(unit(), loop))
      return nullptr;
    for (const Function *fn : unit().functions())
      for (const Call *call : fn->calls)
        if (unit().roles(*call).has(Role::MakesTimer) &&
            isTicker(unit(), *call))
          if (const VarDecl *made = variableMadeBy(unit(), *call);
              made && isReceivedBy(*made, loop))
            return call;
    return nullptr;
  }

  bool isReceivedBy(const VarDecl &made, const Loop &loop) {
    if (const auto *range = dyn_cast<CXXForRangeStmt>(loop.stmt))
      return namedBy(range->getRangeInit()) == &made;
    return llvm::any_of(loop.function->calls, [&](const Call *call) {
      return objectOf(*call) == &made &&
             unit().roles(*call).has(Role::Receives) &&
             lexicalLoop(unit(), call->site) == &loop;
    });
  }

  // Not one that only a failure or an empty queue leads to.
  const Call *sleepOf(const Loop &loop) {
    for (const Call *call : loop.function->calls)
      if (isSleep(*call) && lexicalLoop(unit(), call->site) == &loop &&
          isEachRound(unit(), call->site, loop.stmt))
        return call;
    return nullptr;
  }

  // For a time; a context may end it.
  bool isSleep(const Call &call) {
    return unit().roles(call).has(Role::Sleeps) ||
           (call.callee && hasWord(*call.callee, {"sleep"}) &&
            unit().roles(call).has(Role::Suspends));
  }

  // Until the context ends that the sleep is told of.
  bool sleepsOn(const Loop &loop) {
    const Expr *condition =
        isa<CXXForRangeStmt>(loop.stmt) ? nullptr : conditionOf(loop);
    const Call *call =
        condition ? unit().call(condition->IgnoreUnlessSpelledInSource())
                  : nullptr;
    return call && isSleep(*call);
  }

  void report(const Spawn &spawn, const Loop &loop, const Call &pace,
              bool ticks) {
    const Call &start = *spawn.path.front();
    Finding &finding = diag(start.expr()->getBeginLoc(),
                            "a task is spawned each period of a loop");
    finding.covers(start.location());
    finding.note(loop.stmt->getBeginLoc(), "by this loop");
    finding.note(pace.location(), ticks ? "paced by the ticker made here"
                                        : "paced by this sleep");
    Edits edit = inPlace(unit(), source(), spawn);
    if (!ticks)
      edit.add(pacedByTicker(unit(), source(), loop, pace));
    finding.review(start.location(),
                   "called in this task, a round that takes longer than the "
                   "period delays the next",
                   edit);
  }
};

} // namespace

extern const CheckInfo spawn_periodically = {
    .summary = "a task per period of a loop that goes on",
    .tier = Tier::Cost,
    .fix = Fix::Review,
    .seeds = "E12",
    .since = "0.2",
    .yieldsTo = {"unbounded-blocking-spawn"},
    .make = makeCheck<SpawnPeriodically>,
};

} // namespace heddle::checks
