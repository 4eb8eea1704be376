#include "analysis/round_trips.h"

#include "analysis/hot.h"
#include "analysis/spawns.h"
#include "analysis/uses.h"

#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// Helpers around helpers; ends recursive ones.
constexpr unsigned maxDepth = 5;

class Finder {
public:
  Finder(Unit &unit, const ChannelInfo &channel, const ChannelInfo::Made &made)
      : unit(unit), channel(channel), made(made), asker(*made.function) {
    trip.reply = &channel;
    trip.made = &made;
  }

  std::optional<RoundTrip> find() {
    if (!trip.making() || !sortUses() || trip.answers.empty() || !findRequest())
      return std::nullopt;
    loop = lexicalLoop(unit, trip.making());
    if (lexicalLoop(unit, trip.receive->site()) != loop)
      return std::nullopt;
    for (const ChannelUse *answer : trip.answers)
      if (!isFromWorker(*answer))
        return std::nullopt;
    return trip;
  }

private:
  // One receive by the asker itself, and answers by others.
  bool sortUses() {
    for (const ChannelUse &use : channel.uses) {
      if (use.kind == ChannelUse::Look)
        continue;
      if (use.kind != ChannelUse::Receive) {
        if (use.function == &asker)
          return false;
        trip.answers.push_back(&use);
      } else if (namedBy(use.mention) == made.variable) {
        if (trip.receive || use.limited || !use.call || use.function != &asker)
          return false;
        trip.receive = &use;
      } else if (!isMadeElsewhere(use)) {
        return false;
      }
    }
    return trip.receive;
  }

  bool isMadeElsewhere(const ChannelUse &use) const {
    const ValueDecl *name = namedBy(use.mention);
    return any_of(channel.made, [&](const ChannelInfo::Made &other) {
      return other.variable && other.variable == name;
    });
  }

  bool findRequest() {
    SmallVector<const ValueDecl *, 2> carriers = {made.variable};
    addCarriers(asker.body, carriers);
    for (const Call *call : asker.calls) {
      if (call->destroyed || !unit.roles(*call).has(Role::Sends) ||
          !isBefore(*trip.making(), *call->site) ||
          !isBefore(*call->site, *trip.receive->site()))
        continue;
      if (any_of(call->args(), [&](const Expr *argument) {
            return any_of(carriers, [&](const ValueDecl *carrier) {
              return mentions(argument, carrier);
            });
          }))
        trip.request = call;
    }
    return trip.request;
  }

  // A request that is a variable first.
  void addCarriers(const Stmt *stmt,
                   SmallVectorImpl<const ValueDecl *> &carriers) const {
    if (!stmt || isa<LambdaExpr>(stmt))
      return;
    for (const VarDecl *variable : declaredBy(stmt))
      if (variable != made.variable && variable->getInit() &&
          mentions(variable->getInit(), made.variable) &&
          !unit.isWithin(trip.receive->site(), variable->getInit()))
        carriers.push_back(variable);
    if (const auto *op = dyn_cast<BinaryOperator>(stmt);
        op && op->isAssignmentOp() && mentions(op->getRHS(), made.variable))
      if (const auto *member =
              dyn_cast<MemberExpr>(op->getLHS()->IgnoreParenImpCasts()))
        if (const ValueDecl *request = namedBy(member->getBase()))
          carriers.push_back(request);
    for (const Stmt *child : stmt->children())
      addCarriers(child, carriers);
  }

  bool isBefore(const Stmt &first, const Stmt &second) const {
    return unit.context().getSourceManager().isBeforeInTranslationUnit(
        first.getBeginLoc(), second.getEndLoc());
  }

  // Once for each request that the worker takes, or as the request itself.
  bool isFromWorker(const ChannelUse &answer) const {
    if (!answer.call || answer.limited)
      return false;
    if (isRequest(*answer.function))
      return !lexicalLoop(unit, answer.site());
    if (isStartedForThis(*answer.function, maxDepth))
      return false;
    const Loop *around = lexicalLoop(unit, answer.site());
    if (around && !receiving(unit, *around))
      return false;
    auto often = hot(unit, *answer.call);
    return often && (often->reason == HotPath::InHandler ||
                     often->reason == HotPath::InReceivingLoop);
  }

  bool isRequest(const Function &fn) const {
    return fn.lambda && any_of(trip.request->args(), [&](const Expr *argument) {
             return unit.isWithin(fn.lambda, argument);
           });
  }

  bool isStartedForThis(const Function &fn, unsigned depth) const {
    return depth > 0 &&
           any_of(invokers(unit, fn), [&](const Invocation &invoker) {
             if (runsDuringCall(invoker.execution))
               return isStartedForThis(*invoker.call->caller, depth - 1);
             return isOfRound(*invoker.call, depth - 1);
           });
  }

  bool isOfRound(const Call &call, unsigned depth) const {
    if (call.caller == &asker)
      return isInRound(*call.site);
    return depth > 0 &&
           any_of(invokers(unit, *call.caller), [&](const Invocation &invoker) {
             return runsDuringCall(invoker.execution) &&
                    isOfRound(*invoker.call, depth - 1);
           });
  }

  // Done for each round that makes a channel; for each call if there is none.
  bool isInRound(const Stmt &stmt) const {
    const Loop *around = lexicalLoop(unit, &stmt);
    while (loop && around && around != loop)
      around = lexicalLoop(unit, around->stmt);
    return around == loop || !loop;
  }

  Unit &unit;
  const ChannelInfo &channel;
  const ChannelInfo::Made &made;
  const Function &asker;
  const Loop *loop = nullptr;
  RoundTrip trip = {};
};

} // namespace

const Expr *RoundTrip::making() const {
  if (made->expr)
    return made->expr;
  const auto *variable = dyn_cast_or_null<VarDecl>(made->variable);
  return variable ? variable->getInit() : nullptr;
}

std::vector<RoundTrip> roundTrips(Unit &unit) {
  std::vector<RoundTrip> found;
  for (const ChannelInfo *channel : channels(unit)) {
    if (channel->escapes)
      continue;
    for (const ChannelInfo::Made &made : channel->made)
      if (made.function && made.variable)
        if (auto trip = Finder(unit, *channel, made).find())
          found.push_back(*trip);
  }
  return found;
}

} // namespace heddle::checks
