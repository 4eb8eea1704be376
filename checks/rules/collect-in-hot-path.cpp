#include "analysis/callables.h"
#include "analysis/hot.h"
#include "analysis/spawns.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/removal.h"

#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A full collection waits until every task has passed a safe point. The runtime
// runs them at the pace at which garbage is made; code that runs often and asks
// for one each time pays for many that free next to nothing.
class CollectInHotPath final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    // A wrapper that is declared to collect is judged where it is called.
    if (unit().roles(function.decl).has(Role::Collects) || isTestCode(function))
      return;
    for (const Call *call : function.calls)
      if (unit().roles(*call).has(Role::Collects))
        if (auto path = hot(unit(), *call); path && !isTested(*path))
          report(*call, *path);
  }

  static bool isTested(const HotPath &path) {
    return llvm::any_of(
        path.calls, [](const Call *call) { return isTestCode(*call->caller); });
  }

  void report(const Call &call, const HotPath &path) {
    Finding &finding =
        diag(call.location(), "'%0' runs a full collection in a hot place")
        << call.callee->getNameAsString();
    finding.note(path.cause, path.explanation());
    for (const Call *step : path.calls)
      finding.note(step->location(), "reached through this call");

    Edits removal = edits();
    removeCall(removal, unit(), call);
    if (runsOnlyHot(*call.caller, path))
      finding.fix(removal);
    else
      finding.review(
          call.location(),
          "without it, callers in other places collect no longer either",
          removal);
    finding.note(
        call.location(),
        "garbage is collected at the pace that set_collect_percent() sets");
  }

  // Whether nothing but the hot place loses the collection.
  bool runsOnlyHot(const Function &function, const HotPath &path) {
    if (path.calls.empty() && (path.loop || function.lambda))
      return true;
    bool unseenCallers = !function.lambda && function.decl &&
                         function.decl->isExternallyVisible() &&
                         path.reason != HotPath::Marked &&
                         path.reason != HotPath::InHandler;
    return !unseenCallers &&
           llvm::all_of(invokers(unit(), function),
                        [&](const Invocation &invoker) {
                          return invoker.execution == Execution::Handler ||
                                 invoker.execution == Execution::CalledInLoop ||
                                 hot(unit(), *invoker.call);
                        });
  }
};

} // namespace

extern const CheckInfo collect_in_hot_path = {
    .summary = "full collection in code that runs often",
    .tier = Tier::Cost,
    .fix = Fix::SafeOrReview,
    .seeds = "A6 E17",
    .since = "0.1",
    .make = makeCheck<CollectInHotPath>,
};

} // namespace heddle::checks
