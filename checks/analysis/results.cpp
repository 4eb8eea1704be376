#include "analysis/results.h"

#include "analysis/endings.h"
#include "analysis/spawns.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// Helpers around helpers; ends recursive ones.
constexpr unsigned maxDepth = 5;

bool isOptional(const Expr *expr) {
  const CXXRecordDecl *record =
      expr->getType().getNonReferenceType()->getAsCXXRecordDecl();
  return record && tableName(*record) == "std::optional";
}

/// Asks whether something came, as is done of what no one closes too.
bool asksForValue(const Expr *condition) {
  const Expr *bare = condition->IgnoreUnlessSpelledInSource();
  if (const auto *op = dyn_cast<UnaryOperator>(bare))
    if (op->getOpcode() == UO_LNot)
      bare = op->getSubExpr()->IgnoreUnlessSpelledInSource();
  const auto *call = dyn_cast<CXXMemberCallExpr>(bare);
  return isOptional(call ? call->getImplicitObjectArgument() : bare);
}

/// Something in the body of a loop leaves it, and not for want of a value.
bool leavesEarly(const Stmt *stmt) {
  if (!stmt || isa<LambdaExpr>(stmt))
    return false;
  const auto *branch = dyn_cast<IfStmt>(stmt);
  if (branch && asksForValue(branch->getCond()))
    return false;
  if (isa<ReturnStmt, BreakStmt, CXXThrowExpr>(stmt))
    return leavesLoop(stmt);
  return any_of(stmt->children(), leavesEarly);
}

class Finder {
public:
  Finder(Unit &unit, const ChannelInfo &channel, const Function &owner)
      : unit(unit), channel(channel), owner(owner) {}

  std::optional<UnreceivedResults> find(std::optional<uint64_t> room) {
    for (const ChannelUse &use : channel.uses)
      if (!take(use))
        return std::nullopt;
    if (found.spawns.empty() || !room || (found.loop && *room > 0))
      return std::nullopt;
    uint64_t needed = found.loop ? 2 : found.spawns.size();
    if (*room >= needed)
      return std::nullopt;
    if (leavesReceivingLoop())
      return found;
    auto way = poorestWay(unit, owner, *found.spawns.back()->site, receives);
    if (!way || way->passed + *room >= needed || receivesInLoop)
      return std::nullopt;
    found.way = *way;
    return found;
  }

private:
  bool take(const ChannelUse &use) {
    switch (use.kind) {
    case ChannelUse::Look:
      return true;
    case ChannelUse::Close:
      isClosed = true;
      return spawnOf(*use.function) != nullptr;
    case ChannelUse::Send:
      return use.limited || takeSend(use);
    case ChannelUse::Receive:
      return takeReceive(use);
    }
    return false;
  }

  bool takeSend(const ChannelUse &use) {
    const Call *spawn = spawnOf(*use.function);
    if (!spawn || lexicalLoop(unit, use.site()))
      return false;
    found.sends.push_back(&use);
    if (!is_contained(found.spawns, spawn)) {
      found.spawns.push_back(spawn);
      found.isJoined |= isAwaited(unit, *use.function);
    }
    if (const Loop *loop = lexicalLoop(unit, spawn->site))
      found.loop = loop;
    const auto *body = dyn_cast<CompoundStmt>(use.function->body);
    found.isLast &= body && !body->body_empty() && use.function->lambda &&
                    onlyCall(unit, body->body_back()) == use.call;
    return true;
  }

  // In the owner itself, or in what it calls.
  bool takeReceive(const ChannelUse &use) {
    const Stmt *place = use.site();
    const Function *fn = use.function;
    for (unsigned depth = 0; fn != &owner; ++depth) {
      const Call *caller = depth < maxDepth ? callerOf(*fn) : nullptr;
      if (!caller)
        return false;
      place = caller->site;
      fn = caller->caller;
    }
    const Loop *loop = lexicalLoop(unit, place);
    if (use.limited)
      return !loop;
    receives.push_back(place);
    if (loop || use.loop) {
      receivesInLoop = true;
      counted = !use.loop && loop->trips != TripCount::Endless &&
                        isa<ForStmt, CXXForRangeStmt>(loop->stmt)
                    ? loop
                    : nullptr;
    }
    return true;
  }

  // A loop over the number of tasks, that something in it leaves.
  bool leavesReceivingLoop() {
    if (!counted || isClosed || !leavesEarly(counted->body))
      return false;
    found.isEarly = true;
    auto way = poorestWay(unit, owner, *receives.front(), {});
    if (way)
      found.way = *way;
    return way.has_value();
  }

  const Call *callerOf(const Function &fn) {
    const Call *caller = nullptr;
    for (const Invocation &invoker : invokers(unit, fn)) {
      if (!runsDuringCall(invoker.execution) || caller)
        return nullptr;
      caller = invoker.call;
    }
    return caller;
  }

  // The call of the owner that starts the task which runs `fn`.
  const Call *spawnOf(const Function &fn) {
    const Function *at = &fn;
    for (unsigned depth = 0; at && depth < maxDepth; ++depth) {
      for (const Invocation &invoker : invokers(unit, *at))
        if (invoker.execution == Execution::Spawned &&
            invoker.call->caller == &owner)
          return invoker.call;
      const Call *caller = callerOf(*at);
      at = caller ? caller->caller : nullptr;
    }
    return nullptr;
  }

  Unit &unit;
  const ChannelInfo &channel;
  const Function &owner;
  UnreceivedResults found;
  SmallVector<const Stmt *, 4> receives;
  bool receivesInLoop = false;
  bool isClosed = false;
  const Loop *counted = nullptr;
};

} // namespace

std::optional<UnreceivedResults> unreceivedResults(Unit &unit,
                                                   const ChannelInfo &channel) {
  const ChannelInfo::Made *made = channel.onlyMade();
  if (!made || !made->function || !made->variable)
    return std::nullopt;
  return Finder(unit, channel, *made->function).find(made->capacity);
}

} // namespace heddle::checks
