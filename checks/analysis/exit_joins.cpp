#include "analysis/exit_joins.h"

#include "analysis/attempts.h"
#include "analysis/channel_types.h"
#include "analysis/channels.h"
#include "analysis/joins.h"
#include "analysis/suspends.h"
#include "analysis/uses.h"
#include "analysis/ways.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

class Finder {
public:
  Finder(Unit &unit, const Function &main)
      : unit(unit), main(main), sources(unit.context().getSourceManager()) {}

  std::vector<Spawn> find() {
    std::vector<Spawn> found;
    for (const Call *call : main.calls)
      if (auto spawn = spawns(unit, *call); spawn && isLeft(*spawn))
        found.push_back(*spawn);
    return found;
  }

private:
  bool isLeft(const Spawn &spawn) {
    const Call &start = *spawn.path.front();
    return spawn.task && !unit.roles(spawn.task->decl).has(Role::Daemon) &&
           isOwn(spawn) && hasWork(*spawn.task) &&
           poorestWay(unit, main, *start.site, {}) && !isWaitedFor(spawn);
  }

  // Nobody but the first task can wait for it.
  bool isOwn(const Spawn &spawn) {
    for (const Call *call : spawn.path) {
      if (!unit.roles(*call).has(Role::CountsUp))
        continue;
      const auto *group = dyn_cast_or_null<VarDecl>(objectOf(*call));
      if (!group || !group->isLocalVarDecl() ||
          group->getType()->isReferenceType() || escapes(unit, group) ||
          waitsAtItsEnd(*group) || isLeftToClosure(unit, spawn, *group))
        return false;
    }
    const Expr *made = spawn.path.front()->expr();
    return !made || made->getType()->isVoidType() || isDropped(*made);
  }

  bool waitsAtItsEnd(const VarDecl &group) {
    const CXXRecordDecl *record = group.getType()->getAsCXXRecordDecl();
    return !record || !record->getDestructor() ||
           joinsAtItsEnd(unit, group.getType());
  }

  bool isDropped(const Expr &made) {
    const Stmt *up = unit.parent(&made);
    while (up && (isa<FullExpr, MaterializeTemporaryExpr, CXXBindTemporaryExpr,
                      ParenExpr>(up) ||
                  (isa<CastExpr>(up) && !cast<Expr>(up)->isLValue())))
      up = unit.parent(up);
    const auto *declaration = dyn_cast_or_null<DeclStmt>(up);
    if (!declaration)
      return isa_and_nonnull<CompoundStmt, ForStmt, WhileStmt, IfStmt,
                             CXXForRangeStmt>(up);
    return all_of(declaration->decls(), [&](const Decl *decl) {
      const auto *variable = dyn_cast<VarDecl>(decl);
      return variable && unit.mentions(variable).empty();
    });
  }

  // What goes on for ever is cut off on purpose, unless others gave it items.
  bool hasWork(const Function &task) {
    if (!isLongLived(unit, task))
      return true;
    Touched touched = touchedBy(unit, task.body);
    for (const ChannelInfo *channel : channels(unit))
      if (!channel->usesOf(ChannelUse::Send).empty() &&
          any_of(channel->usesOf(ChannelUse::Receive),
                 [&](const ChannelUse *use) {
                   return use->function == &task ||
                          any_of(channel->names, [&](const ValueDecl *name) {
                            return touched.touches(name);
                          });
                 }))
        return true;
    return false;
  }

  bool isWaitedFor(const Spawn &spawn) {
    const Stmt *start = spawn.path.front()->site;
    Touched touched = touchedBy(unit, spawn.task->body);
    auto isShared = [&](const Stmt *stmt) {
      return any_of(touchedBy(unit, stmt).mentioned,
                    [&](const ValueDecl *decl) {
                      return touched.touches(decl) || mentions(start, decl);
                    });
    };
    for (const Call *call : main.calls) {
      if (call->site == start || !isBehind(*call->site, *start))
        continue;
      if (isUnknownService(*call) || takesSlotBack(*call, *start, isShared))
        return true;
      if (!mayWait(*call))
        continue;
      if (isShared(call->site) || !isKnownWait(*call))
        return true;
    }
    return any_of(loops(unit, main), [&](const Loop &loop) {
      return isBehind(*loop.stmt, *start) && asks(loop, isShared);
    });
  }

  // `done.acquire()` behind the spawn of a task that releases it. In front of
  // it, that would only bound the tasks.
  bool takesSlotBack(const Call &call, const Stmt &start,
                     function_ref<bool(const Stmt *)> isShared) {
    return unit.roles(call).has(Role::AcquiresSlot) &&
           sources.isBeforeInTranslationUnit(start.getEndLoc(),
                                             call.site->getBeginLoc()) &&
           isShared(call.site);
  }

  // In a loop around both, what stands in front comes behind too.
  bool isBehind(const Stmt &stmt, const Stmt &start) {
    if (sources.isBeforeInTranslationUnit(start.getEndLoc(), stmt.getEndLoc()))
      return true;
    const Loop *loop = lexicalLoop(unit, &start);
    return loop && loop == lexicalLoop(unit, &stmt);
  }

  // Not in view, and about an object: `server.serve()`, `await(done)`. It may
  // well go on until the work is done.
  bool isUnknownService(const Call &call) {
    if (call.destroyed || !call.callee ||
        isa<CXXConstructorDecl>(call.callee) || unit.function(call.callee) ||
        !unit.roles(call).empty() || isStandard(*call.callee) ||
        call.callee->isImplicit() || call.callee->isDefaulted())
      return false;
    auto isObject = [](const Expr *expr) {
      QualType type = expr->getType().getNonReferenceType();
      type = type->isPointerType() ? type->getPointeeType() : type;
      const CXXRecordDecl *record = type->getAsCXXRecordDecl();
      return record && !isStandard(*record);
    };
    const auto *method = dyn_cast<CXXMethodDecl>(call.callee);
    return (method && !method->isStatic()) || any_of(call.args(), isObject);
  }

  bool mayWait(const Call &call) {
    if (call.destroyed)
      return unit.roles(call).has(Role::Joins);
    RoleSet roles = unit.roles(call);
    if (roles.hasAny({Role::Sleeps, Role::Sends, Role::TakesLock, Role::Spawns,
                      Role::AcquiresSlot}))
      return false;
    if (roles.hasAny({Role::Joins, Role::Receives}))
      return true;
    auto path = suspends(unit, call);
    path = path ? path : blocks(unit, call);
    return path && !unit.roles(path->last())
                        .hasAny({Role::Sleeps, Role::Sends, Role::TakesLock,
                                 Role::AcquiresSlot});
  }

  // For other tasks, or for items: for how long is known, and it is not for
  // ever.
  bool isKnownWait(const Call &call) {
    if (call.destroyed)
      return true;
    const auto *object = dyn_cast_or_null<VarDecl>(objectOf(call));
    RoleSet roles = unit.roles(call);
    if (roles.hasAny({Role::Joins, Role::Receives}) && object &&
        object->isLocalVarDecl())
      return roles.has(Role::Joins) || isChannel(unit, object->getType());
    return roles.has(Role::BoundsSpawns) && roles.has(Role::Joins);
  }

  // A loop until the task has done something.
  static bool asks(const Loop &loop,
                   function_ref<bool(const Stmt *)> isShared) {
    if (const auto *range = dyn_cast<CXXForRangeStmt>(loop.stmt);
        range && isShared(range->getRangeInit()))
      return true;
    return any_of(endsOn(loop), isShared);
  }

  Unit &unit;
  const Function &main;
  const SourceManager &sources;
};

} // namespace

std::vector<Spawn> unjoinedAtExit(Unit &unit, const Function &fn) {
  bool isFirstTask = any_of(invokers(unit, fn), [](const Invocation &invoker) {
    return invoker.execution == Execution::Main;
  });
  return isFirstTask ? Finder(unit, fn).find() : std::vector<Spawn>();
}

} // namespace heddle::checks
