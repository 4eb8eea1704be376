#include "analysis/results.h"
#include "framework/check.h"
#include "rewrite/channel_edits.h"
#include "rewrite/scope.h"

#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A send without room waits for a receive. If the spawner may go before it
// receives, a task that sends its result waits for ever, and what it holds
// stays. With room for every result the tasks end, whoever asks for them.
class UnbufferedResultChannel final : public Check {
  using Check::Check;

  void checkUnit() override {
    for (const ChannelInfo *channel : channels(unit()))
      if (auto results = unreceivedResults(unit(), *channel))
        report(*channel, *results);
  }

  void report(const ChannelInfo &channel, const UnreceivedResults &results) {
    const ChannelInfo::Made &made = *channel.onlyMade();
    enter(made.function);
    Finding &finding = diag(made.location(), "'%0' has no room for the result "
                                             "of a task that may go unreceived")
                       << channel.name();
    finding.note(results.sends.front()->location(), "sent here");
    const Stmt *end = results.way.leaves;
    finding.note(end ? end->getBeginLoc() : made.function->body->getEndLoc(),
                 results.isEarly ? "this way out may come before all are "
                                   "received"
                                 : "this way out receives too few");
    fix(finding, channel, made, results);
  }

  // A handle keeps the channel for the tasks; a variable is gone when its scope
  // is left.
  void fix(Finding &finding, const ChannelInfo &channel,
           const ChannelInfo::Made &made, const UnreceivedResults &results) {
    std::string room = roomFor(results, made);
    if (room.empty())
      return;
    if (!made.expr && !results.isJoined) {
      if (Edits edit = asShared(unit(), source(), channel, room))
        finding.review(made.location(),
                       "share it with the tasks, with room "
                       "for every result",
                       edit);
      return;
    }
    Edits edit = withCapacity(source(), made, room);
    if (results.isLast && !results.loop)
      finding.fix(edit);
    else if (edit)
      finding.review(made.location(),
                     "with room for every result no task "
                     "waits at its send",
                     edit);
  }

  std::string roomFor(const UnreceivedResults &results,
                      const ChannelInfo::Made &made) {
    if (!results.loop)
      return std::to_string(results.spawns.size());
    const auto *range = dyn_cast<CXXForRangeStmt>(results.loop->stmt);
    const auto *items =
        range ? dyn_cast<DeclRefExpr>(range->getRangeInit()->IgnoreImplicit())
              : nullptr;
    const Stmt *declaration = declarationOf(unit(), made);
    if (!items || !declaration || results.spawns.size() > 1 ||
        !isKnownAt(unit(), *items, *declaration))
      return {};
    return items->getDecl()->getNameAsString() + ".size()";
  }
};

} // namespace

extern const CheckInfo unbuffered_result_channel = {
    .summary = "a result channel without room for what nobody receives",
    .tier = Tier::Bug,
    .fix = Fix::SafeOrReview,
    .seeds = "D10",
    .since = "0.2",
    .yieldsTo = {"channel-per-call"},
    .make = makeCheck<UnbufferedResultChannel>,
};

} // namespace heddle::checks
