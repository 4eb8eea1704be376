#include "analysis/polling.h"
#include "analysis/shared_state.h"
#include "analysis/suspends.h"
#include "analysis/task_code.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/event_wait.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A task that asks for a flag again and again is never waiting: it takes a turn
// of its processor each time, and learns late of what an event would wake it
// for.
class YieldPollLoop final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function) || isOnlyThreadCode(unit(), function))
      return;
    for (const Loop &loop : loops(unit(), function))
      if (auto found = polling(unit(), loop))
        checkLoop(loop, *found);
  }

  void checkLoop(const Loop &loop, const Polling &found) {
    // Only tasks use what the runtime gives them to wait with.
    if (!found.pause ||
        (!isRuntimes(*found.pause) && !taskCode(unit(), *loop.function)))
      return;
    AskedState asked;
    for (const Expr *question : found.questions)
      if (!ask(unit(), loop, question, asked))
        return;
    if (asked.state.empty() || asked.rounds <= FewRounds)
      return;
    report(loop, found, asked);
  }

  static constexpr unsigned FewRounds = 64;

  bool isRuntimes(const Call &pause) {
    return suspends(unit(), pause) || yields(unit(), pause);
  }

  void report(const Loop &loop, const Polling &found, const AskedState &asked) {
    const ValueDecl *flag = asked.state.front();
    Finding &finding =
        diag(loop.stmt->getBeginLoc(), "the task asks for %0 again and again")
        << flag;
    finding.note(found.pause->location(), found.kind == PauseKind::Sleep
                                              ? "it sleeps in between"
                                              : "it yields in between");
    if (asked.state.size() > 1 || asked.hasDeadline)
      return;
    finding.review(loop.stmt->getBeginLoc(),
                   "as an Event, the flag wakes the task; other uses of it "
                   "change with it",
                   asEventWait(unit(), source(), loop, *flag));
  }
};

} // namespace

extern const CheckInfo yield_poll_loop = {
    .summary = "loop that only asks for a flag and yields or sleeps",
    .tier = Tier::Cost,
    .fix = Fix::Review,
    .seeds = "D9",
    .since = "0.1",
    .make = makeCheck<YieldPollLoop>,
};

} // namespace heddle::checks
