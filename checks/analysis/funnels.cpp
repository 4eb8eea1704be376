#include "analysis/funnels.h"

#include "analysis/constants.h"
#include "analysis/spawns.h"
#include "analysis/suspends.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// Helpers around helpers; ends recursive ones.
constexpr unsigned maxDepth = 4;
// So many meet at a lock without much harm.
constexpr int64_t fewWorkers = 4;

class Finder {
public:
  Finder(Unit &unit, const ChannelInfo &channel)
      : unit(unit), channel(channel) {}

  std::optional<Funnel> find() {
    found.channel = &channel;
    if (!channel.onlyMade() || !findReceive() ||
        !findSpawn(*found.receive->function, maxDepth) || waits())
      return std::nullopt;
    return found;
  }

private:
  // One loop that receives, as each worker runs it.
  bool findReceive() {
    for (const ChannelUse *use : channel.usesOf(ChannelUse::Receive)) {
      if (found.receive || use->limited || use->select)
        return false;
      found.receive = use;
    }
    if (!found.receive)
      return false;
    auto loop = itemLoop(unit, *found.receive);
    body = loop ? loop->body : nullptr;
    return body;
  }

  // The call that starts the task which `fn` is, or is called by.
  bool findSpawn(const Function &fn, unsigned depth) {
    for (const Invocation &invoker : invokers(unit, fn)) {
      if (invoker.execution == Execution::Spawned) {
        const Loop *loop = lexicalLoop(unit, invoker.call->site);
        if (!loop || !startsMany(*loop))
          continue;
        found.loop = loop;
        found.spawn = invoker.call;
        return true;
      }
      if (depth > 0 && !invoker.argument && runsDuringCall(invoker.execution) &&
          findSpawn(*invoker.call->caller, depth - 1))
        return true;
    }
    return false;
  }

  bool startsMany(const Loop &loop) const {
    if (loop.trips == TripCount::Endless || receiving(unit, loop))
      return false;
    auto count = constantRounds(loop);
    return count ? *count > fewWorkers : loop.trips != TripCount::Few;
  }

  std::optional<int64_t> constantRounds(const Loop &loop) const {
    auto counting = countingOf(loop);
    if (!counting)
      return std::nullopt;
    auto first = constant(unit, counting->index->getInit()),
         limit = constant(unit, counting->limit);
    if (!first || !limit)
      return std::nullopt;
    return *limit - *first + counting->withLimit;
  }

  // An item that waits costs more than its way through the channel. Passing on
  // what became of it is no wait of that kind.
  bool waits() const {
    return any_of(found.receive->function->calls, [&](const Call *call) {
      if (call->destroyed || call == found.receive->call ||
          !unit.isWithin(call->site, body))
        return false;
      if (blocks(unit, *call))
        return true;
      auto path = suspends(unit, *call);
      return path && !unit.roles(path->last()).has(Role::Sends);
    });
  }

  Unit &unit;
  const ChannelInfo &channel;
  const Stmt *body = nullptr;
  Funnel found = {};
};

} // namespace

std::vector<Funnel> funnels(Unit &unit) {
  std::vector<Funnel> found;
  for (const ChannelInfo *channel : channels(unit))
    if (auto funnel = Finder(unit, *channel).find())
      found.push_back(*funnel);
  return found;
}

} // namespace heddle::checks
