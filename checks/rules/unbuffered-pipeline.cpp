#include "analysis/channels.h"
#include "analysis/hot.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/channel_edits.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

// Without room each item is handed over by both stages together: whoever comes
// first parks, and the stages run in turn. With some room they run side by
// side, and are woken once for many items.
class UnbufferedPipeline final : public Check {
  using Check::Check;

  void checkUnit() override {
    for (const ChannelInfo *channel : channels(unit()))
      if (const ChannelInfo::Made *made = channel->onlyMade();
          made && made->capacity == 0)
        checkChannel(*channel, *made);
  }

  void checkChannel(const ChannelInfo &channel, const ChannelInfo::Made &made) {
    auto sends = channel.usesOf(ChannelUse::Send);
    auto receives = channel.usesOf(ChannelUse::Receive);
    if (sends.size() != 1 || receives.size() != 1)
      return;
    const ChannelUse &send = *sends.front(), &receive = *receives.front();
    if (!isPerItem(send) || !isPerItem(receive) || send.limited ||
        send.function == receive.function || !carriesItem(send) ||
        isTestCode(*send.function) ||
        answers(*receive.function, *send.function) ||
        !(isStage(*send.function, channel) ||
          isStage(*receive.function, channel)))
      return;
    Finding &finding = diag(made.location(), "the stages that '%0' joins hand "
                                             "over each item in lockstep")
                       << channel.name();
    finding.note(send.location(), "sent here, for each round of a loop");
    finding.note(receive.location(), "received here");
    std::string room =
        made.function ? "2 * heddle::procs()" : "2 * heddle::available_procs()";
    finding.review(made.location(),
                   "with some room the stages run side by side",
                   withCapacity(source(), made, room)
                       .include("heddle/runtime.h", made.location()));
  }

  // Often, and again and again.
  bool isPerItem(const ChannelUse &use) {
    if (use.call && unit().roles(*use.call).has(Role::CallsInLoop))
      return true;
    const Stmt *inside = use.loop ? use.loop->getBody() : use.site();
    const Loop *loop = enclosingLoop(unit(), inside);
    return loop && !loop->bounded() && !paced(unit(), *loop);
  }

  // Not only the news that something happened.
  static bool carriesItem(const ChannelUse &send) {
    if (!send.value)
      return false;
    QualType type = send.value->getType().getNonReferenceType();
    const CXXRecordDecl *record = type->getAsCXXRecordDecl();
    return !type->isBooleanType() &&
           !(record && record->hasDefinition() && record->isEmpty());
  }

  // `fn` has another channel on its other side.
  bool isStage(const Function &fn, const ChannelInfo &channel) {
    for (const ChannelInfo *other : channels(unit()))
      if (other != &channel)
        for (const ChannelUse &use : other->uses)
          if (use.function == &fn &&
              (use.kind == ChannelUse::Send ||
               use.kind == ChannelUse::Receive) &&
              isPerItem(use))
            return true;
    return false;
  }

  // The sender waits for what comes back: a question and its answer.
  bool answers(const Function &receiver, const Function &sender) {
    for (const ChannelInfo *other : channels(unit())) {
      bool replies = false, asks = false;
      for (const ChannelUse &use : other->uses) {
        bool signals =
            use.kind == ChannelUse::Send || use.kind == ChannelUse::Close;
        replies |= use.function == &receiver && signals;
        asks |= use.function == &sender && use.kind == ChannelUse::Receive;
      }
      if (replies && asks)
        return true;
    }
    return false;
  }
};

} // namespace

extern const CheckInfo unbuffered_pipeline = {
    .summary = "stages of a pipeline joined by a channel without room",
    .tier = Tier::Cost,
    .fix = Fix::Review,
    .seeds = "C3",
    .since = "0.2",
    .make = makeCheck<UnbufferedPipeline>,
};

} // namespace heddle::checks
