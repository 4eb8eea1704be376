#include "analysis/recursion.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/direct_call.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A task that spawns itself each time it fails, or more than once, has no bound
// when the failure lasts: each generation spawns the next.
class RecursiveSpawnCheck final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function) || function.lambda)
      return;
    for (const RecursiveSpawn &found : recursiveSpawns(unit(), function)) {
      const Stmt *site = found.spawn.path.front()->site;
      bool repeats = enclosingLoop(unit(), site);
      if (repeats || !isUnconditional(unit(), site) ||
          found.spawn.path.front()->caller != &function)
        report(found, repeats);
    }
  }

  void report(const RecursiveSpawn &found, bool repeats) {
    const Call &start = *found.spawn.path.front();
    Finding &finding = diag(start.expr()->getBeginLoc(),
                            "'%0' can spawn itself again without a bound")
                       << found.function->name();
    finding.covers(start.location());
    for (const Call *step : found.path)
      finding.note(step->location(), step == found.path.back()
                                         ? "the task calls it here"
                                         : "reached through this call");
    if (repeats) {
      const Stmt *statement = statementOf(unit(), start.site);
      Edits edit = edits();
      edit.require(statement && onlyCall(unit(), statement) == &start);
      if (edit)
        edit.remove(*statement);
      finding.review(start.location(),
                     "without the spawn, only the loop goes on", edit);
    } else {
      finding.review(start.location(), "called in this task, in sequence",
                     inPlace(unit(), source(), found.spawn));
    }
  }
};

} // namespace

extern const CheckInfo recursive_spawn = {
    .summary = "a function that can spawn itself without a bound",
    .tier = Tier::Bug,
    .fix = Fix::Review,
    .seeds = "D14",
    .since = "0.2",
    .make = makeCheck<RecursiveSpawnCheck>,
};

} // namespace heddle::checks
