#include "analysis/endings.h"

#include "analysis/hot.h"
#include "analysis/spawns.h"
#include "analysis/task_counts.h"
#include "analysis/timers.h"
#include "analysis/ways.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

/// The items of `loop` come out of a channel.
bool isOverChannel(Unit &unit, const Loop &loop) {
  for (const ChannelInfo *channel : channels(unit))
    for (const ChannelUse *use : channel->usesOf(ChannelUse::Receive))
      if (use->loop == loop.stmt ||
          (use->call && lexicalLoop(unit, use->call->site) == &loop))
        return true;
  return false;
}

/// A join of `object` that nothing limits; the end of its scope is one too.
bool isJoined(Unit &unit, const ValueDecl &object) {
  if (const auto *record =
          object.getType().getNonReferenceType()->getAsCXXRecordDecl();
      record && record->hasDefinition() && record->getDestructor() &&
      unit.roles(record->getDestructor()).has(Role::Joins))
    return true;
  return any_of(joinsOf(unit, &object), [](const Call *join) {
    return all_of(join->args(), [](const Expr *argument) {
      return isa<CXXDefaultArgExpr>(argument);
    });
  });
}

/// The task that `spawn` starts is joined.
bool isJoinedTask(Unit &unit, const Call &spawn) {
  const ValueDecl *holder = unit.roles(spawn).has(Role::CountsUp)
                                ? objectOf(spawn)
                                : variableMadeBy(unit, spawn);
  if (holder && isJoined(unit, *holder))
    return true;
  if (!spawn.expr() || spawn.expr()->getType()->isVoidType())
    return false;
  const Call *user = userOf(unit, *spawn.expr());
  return user && user != &spawn && unit.roles(*user).has(Role::Joins);
}

bool isAwaitedWithin(Unit &unit, const Function &fn, unsigned depth) {
  if (depth == 0 || unit.roles(fn.decl).has(Role::Daemon))
    return false;
  ArrayRef<Invocation> all = invokers(unit, fn);
  auto isSpawn = [](const Invocation &invoker) {
    return invoker.execution == Execution::Spawned;
  };
  if (any_of(all, isSpawn))
    return any_of(all, [&](const Invocation &invoker) {
      return isSpawn(invoker) && isJoinedTask(unit, *invoker.call);
    });
  bool isCalled = false;
  for (const Invocation &invoker : all) {
    if (!runsDuringCall(invoker.execution))
      continue;
    isCalled = true;
    if (isAwaitedWithin(unit, *invoker.call->caller, depth - 1))
      return true;
  }
  return !isCalled;
}

} // namespace

bool endsOnlyByClose(Unit &unit, const ChannelUse &use) {
  if (use.limited || use.select)
    return false;
  if (use.loop)
    return !leavesLoop(use.loop->getBody());
  const Loop *loop = lexicalLoop(unit, use.call->site);
  if (const auto *repeat = loop ? dyn_cast<WhileStmt>(loop->stmt) : nullptr)
    return (unit.isWithin(use.call->site,
                          repeat->getConditionVariableDeclStmt()) ||
            use.call->expr() ==
                repeat->getCond()->IgnoreUnlessSpelledInSource()) &&
           !leavesLoop(repeat->getBody());
  return use.call->callee && unit.roles(*use.call).hasAny({Role::CallsInLoop});
}

bool isAwaited(Unit &unit, const Function &fn) {
  return isAwaitedWithin(unit, fn, 8);
}

bool neverEnds(Unit &unit, const Stmt &stmt) {
  for (const Loop *loop = lexicalLoop(unit, &stmt); loop;
       loop = lexicalLoop(unit, loop->stmt)) {
    if (loop->trips == TripCount::Endless && !leavesLoop(loop->body))
      return true;
    if (receiving(unit, *loop) && !isOverChannel(unit, *loop))
      return true;
  }
  const Function *fn = unit.functionOf(&stmt);
  auto path = fn ? hot(unit, *fn, &stmt) : std::nullopt;
  return path && path->reason == HotPath::InHandler;
}

bool parksMain(Unit &unit, const Stmt &wait) {
  const Function *fn = unit.functionOf(&wait);
  const auto *body = fn ? dyn_cast<CompoundStmt>(fn->body) : nullptr;
  return body && !body->body_empty() &&
         unit.isWithin(&wait, body->body_back()) &&
         any_of(invokers(unit, *fn), [](const Invocation &invoker) {
           return invoker.execution == Execution::Main;
         });
}

} // namespace heddle::checks
