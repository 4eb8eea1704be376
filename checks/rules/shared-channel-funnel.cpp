#include "analysis/constants.h"
#include "analysis/funnels.h"
#include "analysis/hot.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/funnel_pool.h"

using namespace clang;

namespace heddle::checks {
namespace {

// All workers and all who send to them take the one lock of the channel, and
// each job wakes whoever waits longest, however many are awake.
class SharedChannelFunnel final : public Check {
  using Check::Check;

  void checkUnit() override {
    for (const Funnel &funnel : funnels(unit()))
      if (!isTestCode(*funnel.spawn->caller))
        for (const ChannelUse *send : funnel.channel->usesOf(ChannelUse::Send))
          if (auto often =
                  send->call ? hot(unit(), *send->call) : std::nullopt) {
            report(funnel, *send, *often);
            break;
          }
  }

  void report(const Funnel &funnel, const ChannelUse &send,
              const HotPath &often) {
    const ChannelInfo::Made &made = *funnel.channel->onlyMade();
    Finding &finding =
        diag(made.location(), "all workers take their jobs from '%0'")
        << funnel.channel->name();
    finding.note(funnel.loop->stmt->getBeginLoc(), "workers are started here");
    finding.note(funnel.receive->location(), "each of them receives here");
    finding.note(send.location(), "a job is sent here");
    finding.note(often.cause, often.explanation());
    for (const Call *step : often.calls)
      finding.note(step->location(), "reached through this call");
    Edits pool = asPool(unit(), source(), funnel);
    if (mayBeNone(funnel)) {
      if (pool)
        finding.review(funnel.loop->stmt->getBeginLoc(),
                       "a pool does the same, but needs a worker at least",
                       pool);
    } else {
      finding.fix(pool);
    }
  }

  // A pool of no workers is a mistake, where a loop just starts none.
  bool mayBeNone(const Funnel &funnel) {
    return !constant(unit(), workersOf(funnel)) &&
           funnel.loop->trips != TripCount::Processors;
  }
};

} // namespace

extern const CheckInfo shared_channel_funnel = {
    .summary = "many workers that receive from one channel",
    .tier = Tier::Cost,
    .fix = Fix::SafeOrReview,
    .seeds = "B8",
    .since = "0.2",
    .make = makeCheck<SharedChannelFunnel>,
};

} // namespace heddle::checks
