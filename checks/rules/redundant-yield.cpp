#include "analysis/hot.h"
#include "analysis/pins.h"
#include "analysis/polling.h"
#include "analysis/task_code.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/removal.h"

using namespace clang;

namespace heddle::checks {
namespace {

// The runtime takes the processor from a task that has had its time. Giving way
// by hand as well costs a turn of the queues each time, and gains nothing.
//
// A loop that waits for something is another matter: without the yield it would
// keep the processor from who it waits for.
class RedundantYield final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function) || isOnlyThreadCode(unit(), function) ||
        unit().roles(function.decl).has(Role::Yields))
      return;
    for (const Call *call : function.calls)
      if (givesWay(*call) && !mayBePinned(unit(), *call))
        if (auto path = repeated(*call))
          report(*call, *path);
  }

  bool givesWay(const Call &call) {
    RoleSet roles = unit().roles(call);
    if (roles.has(Role::YieldsThread))
      return taskCode(unit(), *call.caller).has_value();
    return roles.has(Role::Yields) && !roles.has(Role::Checkpoints);
  }

  std::optional<HotPath> repeated(const Call &call) {
    auto path = hot(unit(), call);
    bool loops = path && (path->reason == HotPath::InLoop ||
                          path->reason == HotPath::InReceivingLoop);
    if (!loops || !isWork(call.site, path->loop))
      return std::nullopt;
    for (const Call *step : path->calls)
      if (!isWork(step->site, path->loop))
        return std::nullopt;
    return path;
  }

  // Every loop around `stmt`, up to `outermost`, goes on by itself.
  bool isWork(const Stmt *stmt, const Loop *outermost) {
    const Loop *loop = lexicalLoop(unit(), stmt);
    if (!isEachRound(unit(), stmt, loop ? loop->stmt : nullptr))
      return false;
    for (; loop; loop = lexicalLoop(unit(), loop->stmt)) {
      if (!progresses(unit(), *loop) ||
          comparesAndExchanges(unit(), loop->stmt))
        return false;
      if (outermost && loop->stmt == outermost->stmt)
        return true;
    }
    return true;
  }

  void report(const Call &call, const HotPath &path) {
    Finding &finding =
        diag(call.location(), "'%0' in a loop whose task is preempted anyway")
        << call.callee->getNameAsString();
    finding.note(path.cause, path.explanation());
    for (const Call *step : path.calls)
      finding.note(step->location(), "reached through this call");

    Edits removal = edits();
    removeCall(removal, unit(), call);
    if (path.calls.empty())
      finding.fix(removal);
    else
      finding.review(call.location(),
                     "without it, other callers give way no longer either",
                     removal);
  }
};

} // namespace

extern const CheckInfo redundant_yield = {
    .summary = "yield in a loop whose task can be preempted anyway",
    .tier = Tier::Cost,
    .fix = Fix::SafeOrReview,
    .seeds = "A4 B3 E8",
    .since = "0.1",
    .make = makeCheck<RedundantYield>,
};

} // namespace heddle::checks
