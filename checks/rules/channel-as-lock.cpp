#include "analysis/hot.h"
#include "analysis/owner_tasks.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/owner_lock.h"

using namespace clang;

namespace heddle::checks {
namespace {

// The owner does one thing at a time, and whoever asks waits for it: so would a
// lock have it, without two trips through the scheduler.
class ChannelAsLock final : public Check {
  using Check::Check;

  void checkUnit() override {
    for (const OwnerTask &owner : ownerTasks(unit()))
      for (const RoundTrip &trip : owner.trips) {
        const Function &asker = *trip.made->function;
        auto often = hot(unit(), asker, trip.making());
        if (!often || isTestCode(asker))
          continue;
        report(owner, trip, *often);
        break;
      }
  }

  void report(const OwnerTask &owner, const RoundTrip &trip,
              const HotPath &often) {
    Finding &finding = diag(owner.commands->onlyMade()->location(),
                            "'%0' does the work of a lock around %1")
                       << owner.commands->name() << owner.state;
    for (const RoundTrip &each : owner.trips)
      finding.covers(each.made->location());
    finding.note(owner.receive->location(), "one task applies each command");
    finding.note(trip.request->location(), "a command is sent here");
    finding.note(trip.receive->location(), "and waited for here");
    finding.note(often.cause, often.explanation());
    for (const Call *step : often.calls)
      finding.note(step->location(), "reached through this call");
    if (Edits edit = asLock(unit(), source(), owner))
      finding.review(owner.commands->onlyMade()->location(),
                     "with a lock each task does its own work, in no "
                     "particular order",
                     edit);
  }
};

} // namespace

extern const CheckInfo channel_as_lock = {
    .summary = "an owner task that does the work of a lock",
    .tier = Tier::Cost,
    .fix = Fix::Review,
    .seeds = "B6",
    .since = "0.2",
    .make = makeCheck<ChannelAsLock>,
};

} // namespace heddle::checks
