#include "analysis/lock_regions.h"
#include "analysis/pins.h"
#include "analysis/suspends.h"
#include "analysis/task_code.h"
#include "framework/check.h"
#include "rewrite/task_lock.h"

#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A task that suspends may go on on another thread. A lock that belongs to a
// thread would then be given back by one that never took it, which is
// undefined; and until then each task that wants it blocks a thread.
class StdLockAcrossSuspend final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    auto task = taskCode(unit(), function);
    if (!task || keepsThread(*task))
      return;
    llvm::DenseSet<const Call *> reported;
    for (const LockRegion &region : lockRegions(unit(), function))
      if (region.threadBound && region.acquire)
        for (const Call *call : region.calls)
          if (auto path = movesTask(*call); path && !isPinned(unit(), *call)) {
            if (reported.insert(call).second)
              report(region, *task, *path);
            break;
          }
  }

  std::optional<CallPath> movesTask(const Call &call) {
    if (auto path = suspends(unit(), call))
      return path;
    if (auto path = yields(unit(), call))
      return path;
    return suspendsForLock(unit(), call);
  }

  bool keepsThread(const TaskPath &task) {
    return llvm::any_of(task.calls, [&](const Call *step) {
      return runsPinned(unit(), *step);
    });
  }

  void report(const LockRegion &region, const TaskPath &task,
              const CallPath &path) {
    Finding &finding =
        diag(path.first().location(),
             "the task may move to another thread while '%0' is locked")
        << region.lock;
    finding.note(region.acquired, "locked here, for this thread");
    for (const Call *step : llvm::drop_begin(path.calls))
      finding.note(step->location(), "may move in '%0' here")
          << (step->callee ? step->callee->getNameAsString()
                           : "a function pointer");
    finding.note(task.start->location(), task.explanation(unit()));
    if (region.variable)
      finding.fix(asTaskLock(unit(), source(), *region.variable));
  }
};

} // namespace

extern const CheckInfo std_lock_across_suspend = {
    .summary = "lock of a thread held where the task may move to another",
    .tier = Tier::Bug,
    .fix = Fix::Safe,
    .seeds = "",
    .since = "0.1",
    .make = makeCheck<StdLockAcrossSuspend>,
};

} // namespace heddle::checks
