#include "analysis/channels.h"
#include "analysis/endings.h"
#include "framework/check.h"
#include "rewrite/channel_edits.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A task that waits for what never comes stays parked, with its stack and all
// that it holds, until the program ends; who joins it hangs. Every channel that
// is waited on needs somebody who sends enough, or closes it.
class NeverSignalledChannel final : public Check {
  using Check::Check;

  void checkUnit() override {
    for (const ChannelInfo *channel : channels(unit()))
      if (!channel->escapes && !channel->made.empty())
        checkChannel(*channel);
  }

  void checkChannel(const ChannelInfo &channel) {
    auto sends = channel.usesOf(ChannelUse::Send);
    auto closes = channel.usesOf(ChannelUse::Close);
    for (const ChannelUse *use : channel.usesOf(ChannelUse::Receive)) {
      if (use->limited)
        continue;
      if (sends.empty() && closes.empty()) {
        if (!parksMain(unit(), *use->site()))
          reportSilent(channel, *use);
        return;
      }
      if (closes.empty() && endsOnlyByClose(unit(), *use) &&
          isAwaited(unit(), *use->function) &&
          !llvm::all_of(sends, [&](const ChannelUse *send) {
            return neverEnds(unit(), *send->site());
          }))
        return reportOpen(channel, *use, sends);
      if (const ChannelUse *late = signalledBehind(channel, *use))
        return reportLate(channel, *use, *late);
    }
  }

  // The first signal, where all of them come behind `wait` in the same task.
  const ChannelUse *signalledBehind(const ChannelInfo &channel,
                                    const ChannelUse &wait) {
    const ChannelInfo::Made *made = channel.onlyMade();
    if (!made || made->function != wait.function || wait.loop ||
        loopAround(*wait.site()) != loopAround(*made))
      return nullptr;
    const SourceManager &sources = unit().context().getSourceManager();
    const ChannelUse *first = nullptr;
    for (const ChannelUse &use : channel.uses) {
      if (use.kind != ChannelUse::Send && use.kind != ChannelUse::Close)
        continue;
      if (use.function != wait.function ||
          !sources.isBeforeInTranslationUnit(wait.site()->getEndLoc(),
                                             use.location()))
        return nullptr;
      first = first ? first : &use;
    }
    return first;
  }

  const Loop *loopAround(const Stmt &stmt) {
    return lexicalLoop(unit(), &stmt);
  }
  const Loop *loopAround(const ChannelInfo::Made &made) {
    const Stmt *declaration = declarationOf(unit(), made);
    return declaration ? loopAround(*declaration) : nullptr;
  }

  void reportSilent(const ChannelInfo &channel, const ChannelUse &wait) {
    Finding &finding = diag(wait.location(), "nothing sends to '%0' or closes "
                                             "it, so that this waits for ever")
                       << channel.name();
    noteMade(finding, channel);
    offerClose(finding, channel, wait);
  }

  void reportOpen(const ChannelInfo &channel, const ChannelUse &wait,
                  llvm::ArrayRef<const ChannelUse *> sends) {
    Finding &finding =
        diag(wait.location(), "nothing closes '%0', so that this never ends")
        << channel.name();
    noteMade(finding, channel);
    finding.note(sends.back()->location(), "the last send is here");
    if (Edits edit = closeBehind(unit(), source(), channel))
      finding.review(sends.back()->location(),
                     "close it where its only sender ends", edit);
  }

  void reportLate(const ChannelInfo &channel, const ChannelUse &wait,
                  const ChannelUse &late) {
    Finding &finding =
        diag(wait.location(), "this waits for '%0', which the same task "
                              "signals only behind the wait")
        << channel.name();
    noteMade(finding, channel);
    finding.note(late.location(), "signalled here");
  }

  static void noteMade(Finding &finding, const ChannelInfo &channel) {
    finding.note(channel.made.front().location(), "made here");
  }

  void offerClose(Finding &finding, const ChannelInfo &channel,
                  const ChannelUse &wait) {
    const ChannelInfo::Made *made = channel.onlyMade();
    if (!made || made->function == wait.function)
      return;
    if (Edits edit = closeAtEnd(unit(), source(), *made))
      finding.review(made->location(), "close it where its owner is done",
                     edit);
  }
};

} // namespace

extern const CheckInfo never_signalled_channel = {
    .summary = "a wait on a channel that nobody signals",
    .tier = Tier::Bug,
    .fix = Fix::Review,
    .seeds = "E14",
    .since = "0.2",
    .make = makeCheck<NeverSignalledChannel>,
};

} // namespace heddle::checks
