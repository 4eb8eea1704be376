#include "analysis/attempts.h"
#include "analysis/names.h"
#include "analysis/polling.h"
#include "analysis/spawns.h"
#include "analysis/task_code.h"
#include "analysis/tests.h"
#include "analysis/timers.h"
#include "framework/check.h"
#include "rewrite/removal.h"

#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

// Where one of these is in a name, the time is what matters.
constexpr std::initializer_list<llvm::StringRef> paced = {
    "rate",    "limit",    "limiter",   "throttle", "throttled", "pace",
    "paced",   "pacer",    "pacing",    "backoff",  "retry",     "retries",
    "poll",    "simulate", "simulated", "delay",    "interval",  "period",
    "latency", "gap",      "tick"};

// No longer sleep is meant to let others run.
constexpr auto longest = std::chrono::milliseconds(1);

// A sleep of nothing is at best a yield. A short one after each item is a yield
// that takes its full length even when nobody else wants to run.
class SleepAsYield final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function) || isOnlyThreadCode(unit(), function) ||
        unit().roles(function.decl).has(Role::Sleeps))
      return;
    for (const Call *call : function.calls)
      if (unit().roles(*call).has(Role::Sleeps) && isInTask(*call))
        checkSleep(*call);
  }

  bool isInTask(const Call &call) {
    return unit().roles(call).has(Role::Suspends) ||
           taskCode(unit(), *call.caller);
  }

  void checkSleep(const Call &call) {
    auto length = sleepLength(unit(), call);
    if (!length || *length > longest)
      return;
    const Loop *loop = loopOf(call);
    if (loop && polling(unit(), *loop))
      return;
    if (length->count() == 0)
      reportNone(call);
    else if (loop && isForFairness(call, *loop))
      reportShort(call, *loop);
  }

  // Of a function that only sleeps, that of its one caller.
  const Loop *loopOf(const Call &call) {
    const Call *at = &call;
    while (!enclosingLoop(unit(), at->site)) {
      auto callers = unit().callsOf(at->caller->decl);
      if (!at->caller->decl || callers.size() != 1 ||
          !onlyPauses(unit(), at->caller->body, true))
        return nullptr;
      at = callers.front();
    }
    return enclosingLoop(unit(), at->site);
  }

  bool isForFairness(const Call &call, const Loop &loop) {
    if (loop.bounded() || !progresses(unit(), loop) || isRetry(unit(), loop) ||
        comparesAndExchanges(unit(), loop.stmt))
      return false;
    if (lexicalLoop(unit(), call.site) == &loop &&
        !isEachRound(unit(), call.site, loop.stmt))
      return false;
    const Function &fn = loop.callable ? *loop.callable : *loop.function;
    return !isPaced(call, fn) && !feedsOthers(loop, fn) && isAlone(call);
  }

  // Several make a rhythm.
  bool isAlone(const Call &call) {
    return llvm::none_of(call.caller->calls, [&](const Call *other) {
      return other != &call && unit().roles(*other).has(Role::Sleeps) &&
             lexicalLoop(unit(), other->site) == lexicalLoop(unit(), call.site);
    });
  }

  bool isPaced(const Call &call, const Function &fn) {
    if (isNamed(fn, paced) || isNamed(*call.caller, paced))
      return true;
    const ValueDecl *length =
        namedBy(call.args()[0]->IgnoreUnlessSpelledInSource());
    return length && hasWord(*length, paced);
  }

  // What makes load or messages may have a rate to keep.
  bool feedsOthers(const Loop &loop, const Function &fn) {
    return llvm::any_of(fn.calls, [&](const Call *call) {
      return (loop.callable || lexicalLoop(unit(), call->site) == &loop) &&
             unit().roles(*call).hasAny({Role::Sends, Role::Spawns});
    });
  }

  void reportNone(const Call &call) {
    Edits removal = edits();
    removeCall(removal, unit(), call);
    Finding &finding =
        diag(call.location(), "'%0' for no time at all lets nobody else run")
        << call.callee->getNameAsString();
    finding.fix(removal);
  }

  void reportShort(const Call &call, const Loop &loop) {
    Finding &finding =
        diag(call.location(),
             "'%0' delays each item, though the task is preempted anyway")
        << call.callee->getNameAsString();
    finding.note(loop.stmt->getBeginLoc(), "the items of this loop");
    Edits removal = edits();
    removeCall(removal, unit(), call);
    finding.review(call.location(),
                   "without it, the loop takes its items as fast as it can",
                   removal);
  }
};

} // namespace

extern const CheckInfo sleep_as_yield = {
    .summary = "sleep that is meant to let others run",
    .tier = Tier::Cost,
    .fix = Fix::SafeOrReview,
    .seeds = "B14 E19",
    .since = "0.1",
    .make = makeCheck<SleepAsYield>,
};

} // namespace heddle::checks
