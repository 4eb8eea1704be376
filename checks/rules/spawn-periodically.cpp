#include "analysis/joins.h"
#include "analysis/loops.h"
#include "analysis/tests.h"
#include "analysis/timers.h"
#include "framework/check.h"
#include "rewrite/direct_call.h"
#include "rewrite/scope.h"
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
      else if (const Call *sleep = sleepOf(*loop); sleep && goesOn(*loop))
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

  const Call *sleepOf(const Loop &loop) {
    for (const Call *call : loop.function->calls)
      if (unit().roles(*call).has(Role::Sleeps) &&
          lexicalLoop(unit(), call->site) == &loop)
        return call;
    return nullptr;
  }

  // For ever, or until a flag or a context ends it: not once per item.
  bool goesOn(const Loop &loop) {
    if (loop.trips == TripCount::Endless)
      return true;
    const auto *repeat = dyn_cast<WhileStmt>(loop.stmt);
    const auto *counted = dyn_cast<ForStmt>(loop.stmt);
    const Expr *condition = repeat    ? repeat->getCond()
                            : counted ? counted->getCond()
                                      : nullptr;
    if (const auto *later = dyn_cast<DoStmt>(loop.stmt))
      condition = later->getCond();
    if (!condition || (counted && counted->getInc()))
      return false;
    condition = condition->IgnoreUnlessSpelledInSource();
    while (const auto *negation = dyn_cast<UnaryOperator>(condition)) {
      if (negation->getOpcode() != UO_LNot)
        return false;
      condition = negation->getSubExpr()->IgnoreUnlessSpelledInSource();
    }
    if (isa<DeclRefExpr, MemberExpr>(condition))
      return true;
    const Call *call = unit().call(condition);
    const auto *method =
        call ? dyn_cast_or_null<CXXMethodDecl>(call->callee) : nullptr;
    if (!method)
      return false;
    std::string name = tableName(*method->getParent());
    return llvm::is_contained({"std::atomic", "std::__atomic_base",
                               "std::atomic_flag", "std::stop_token",
                               "heddle::Context"},
                              name);
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
