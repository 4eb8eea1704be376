#include "analysis/hot.h"
#include "analysis/round_trips.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/pool_call.h"

#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A channel is a queue with a lock, made to pass one value and thrown away. A
// future is all that one answer needs, and it also ends when nobody answers.
class ChannelPerCall final : public Check {
  using Check::Check;

  void checkUnit() override {
    std::vector<RoundTrip> trips = roundTrips(unit());
    for (const RoundTrip &trip : trips) {
      const Function &asker = *trip.made->function;
      if (isTestCode(asker))
        continue;
      if (auto often = hot(unit(), asker, trip.making()))
        report(trip, *often, trips);
    }
  }

  void report(const RoundTrip &trip, const HotPath &often,
              llvm::ArrayRef<RoundTrip> all) {
    enter(trip.made->function);
    Finding &finding =
        diag(trip.made->location(),
             "'%0' is made for one answer of a task that is there already")
        << trip.made->variable->getName();
    finding.note(trip.request->location(), "sent along with a request here");
    finding.note(trip.answers.front()->location(), "answered here");
    finding.note(often.cause, often.explanation());
    for (const Call *step : often.calls)
      finding.note(step->location(), "reached through this call");
    llvm::SmallVector<RoundTrip, 4> same;
    llvm::copy_if(all, std::back_inserter(same), [&](const RoundTrip &other) {
      return other.reply == trip.reply;
    });
    if (Edits edit = asPoolCalls(unit(), source(), same))
      finding.review(trip.request->location(),
                     "the pool can answer with what its function returns",
                     edit);
  }
};

} // namespace

extern const CheckInfo channel_per_call = {
    .summary = "a channel made per call to carry one answer back",
    .tier = Tier::Cost,
    .fix = Fix::Review,
    .seeds = "B4 B6",
    .since = "0.2",
    .yieldsTo = {"channel-as-lock"},
    .make = makeCheck<ChannelPerCall>,
};

} // namespace heddle::checks
