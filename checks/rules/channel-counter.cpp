#include "analysis/hot.h"
#include "analysis/sums.h"
#include "framework/check.h"
#include "rewrite/channel_counter.h"

using namespace clang;

namespace heddle::checks {
namespace {

// Each count sent takes the channel's lock, wakes the collector and passes a
// cache line between processors, for one addition. A Counter adds where the
// task runs.
class ChannelCounter final : public Check {
  using Check::Check;

  void checkUnit() override {
    for (const ChannelInfo *channel : channels(unit()))
      if (auto sum = summedUp(unit(), *channel))
        if (isHot(*sum))
          report(*channel, *sum);
  }

  bool isHot(const SummedChannel &sum) {
    return llvm::any_of(sum.sends, [&](const ChannelUse *send) {
      return hot(unit(), *send->call).has_value();
    });
  }

  void report(const ChannelInfo &channel, const SummedChannel &sum) {
    const ChannelInfo::Made &made = *channel.onlyMade();
    Finding &finding =
        diag(made.location(), "'%0' carries nothing but what is added up")
        << channel.name();
    finding.note(sum.sends.front()->location(), "each send is a constant");
    finding.note(sum.additions.front().addition->getBeginLoc(),
                 "the receiver only adds");
    if (Edits edit = asCounter(unit(), source(), channel, sum))
      finding.review(made.location(),
                     "count in a Counter, and read it where the sum is waited "
                     "for",
                     edit);
  }
};

} // namespace

extern const CheckInfo channel_counter = {
    .summary = "a channel used to add up a number",
    .tier = Tier::Cost,
    .fix = Fix::Review,
    .seeds = "B5",
    .since = "0.2",
    .make = makeCheck<ChannelCounter>,
};

} // namespace heddle::checks
