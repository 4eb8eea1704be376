#include "analysis/cancelled_loops.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/drain.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A send into a channel with room says that the item will be seen to. A worker
// that stops when its context ends, and leaves the channel or its own batch as
// they are, loses what was accepted.
class UndrainedShutdown final : public Check {
  using Check::Check;

  void checkUnit() override {
    for (const CancelledLoop &loop : undrainedLoops(unit()))
      if (!isTestCode(*loop.receive->function)) {
        enter(loop.receive->function);
        report(loop);
      }
  }

  void report(const CancelledLoop &loop) {
    Finding &finding =
        diag(loop.loop->stmt->getBeginLoc(),
             "what is still in '%0' is lost when this loop is cancelled")
        << (loop.leavesItems ? loop.channel->name() : loop.batch->getName());
    finding.note(loop.cancel->getBeginLoc(), "cancelled here");
    if (loop.leavesItems && loop.channel->onlyMade())
      finding.note(loop.channel->onlyMade()->location(),
                   "the channel has room, and only this loop receives from it");
    if (loop.batch)
      finding.note(loop.flush->getBeginLoc(),
                   "only a full batch is dealt with");
    if (Edits edit = drained(unit(), source(), loop))
      finding.review(loop.loop->stmt->getBeginLoc(),
                     "deal with what is left before the loop's task ends",
                     edit);
  }
};

} // namespace

extern const CheckInfo undrained_shutdown = {
    .summary = "a worker that leaves accepted items when it is cancelled",
    .tier = Tier::Bug,
    .fix = Fix::Review,
    .seeds = "D15",
    .since = "0.2",
    .make = makeCheck<UndrainedShutdown>,
};

} // namespace heddle::checks
