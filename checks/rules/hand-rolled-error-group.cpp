#include "analysis/error_group.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/task_group.h"

using namespace clang;

namespace heddle::checks {
namespace {

// Counting tasks, keeping the first of their errors and telling the others to
// stop are three things that have to fit together, each time they are written.
class HandRolledErrorGroup final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const ErrorGroup &group : errorGroups(unit(), function))
      report(group);
  }

  void report(const ErrorGroup &group) {
    Finding &finding = diag(group.group->getLocation(),
                            "%0 and %1 are a group with errors, by hand")
                       << group.group << group.slot;
    finding.note(group.kept->getBeginLoc(), "the first error is kept here");
    finding.note(group.stopped->getBeginLoc(),
                 "the other tasks are told to stop here");
    finding.review(group.group->getLocation(),
                   "a task group does all of it, and leaves out the tasks that "
                   "have not begun by then",
                   asTaskGroup(unit(), source(), group));
  }
};

} // namespace

extern const CheckInfo hand_rolled_error_group = {
    .summary = "group of tasks whose first error is kept by hand",
    .tier = Tier::Advice,
    .fix = Fix::Review,
    .seeds = "D18",
    .since = "0.1",
    .make = makeCheck<HandRolledErrorGroup>,
};

} // namespace heddle::checks
