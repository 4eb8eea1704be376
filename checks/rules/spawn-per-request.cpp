#include "analysis/handlers.h"
#include "analysis/joins.h"
#include "analysis/suspends.h"
#include "analysis/tests.h"
#include "analysis/uses.h"
#include "framework/check.h"
#include "rewrite/limit_spawn.h"

using namespace clang;

namespace heddle::checks {
namespace {

// Work that a handler leaves to a task of its own has no bound but the rate of
// the requests: when it is slower than they come, tasks pile up until memory
// ends. A pool, or slots, pass the load back.
class SpawnPerRequest final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const Call *call : function.calls) {
      auto spawn = spawns(unit(), *call);
      if (!spawn || spawn->path.size() > 1)
        continue;
      auto path = handlerPath(unit(), function);
      if (path && !isBounded(*spawn, *path) && !isAdmitted(*spawn) &&
          isUnwaited(*spawn))
        report(*spawn, *path);
    }
  }

  bool isUnwaited(const Spawn &spawn) { return joinsOf(unit(), spawn).empty(); }

  // A slot is taken on the way to the spawn, or its group has a limit.
  bool isBounded(const Spawn &spawn, const HandlerPath &path) {
    if (hasLimit(unit(), spawn.call()) || mayHaveLimit(spawn.call()))
      return true;
    auto takesSlot = [&](const Function &fn) {
      return llvm::any_of(fn.calls, [&](const Call *call) {
        return unit().roles(*call).hasAny(
            {Role::AcquiresSlot, Role::BoundsSpawns});
      });
    };
    return takesSlot(*spawn.call().caller) || takesSlot(*path.handler) ||
           llvm::any_of(path.calls, [&](const Call *step) {
             return takesSlot(*step->caller);
           });
  }

  // A branch on the way asks for something that the task changes: a count of
  // those that run, or a flag that one does.
  bool isAdmitted(const Spawn &spawn) {
    if (!spawn.task)
      return false;
    Touched touched = touchedBy(unit(), spawn.task->body);
    auto asks = [&](const Stmt *stmt) {
      const auto *branch = dyn_cast<IfStmt>(stmt);
      return branch &&
             llvm::any_of(touched.written, [&](const ValueDecl *decl) {
               return mentions(branch->getCond(), decl);
             });
    };
    // Under a lock of its own, say.
    auto asksIn = [&](const Stmt *stmt) {
      return asks(stmt) ||
             (isa<CompoundStmt>(stmt) && llvm::any_of(stmt->children(), asks));
    };
    for (const Stmt *at = spawn.call().site; at; at = unit().parent(at)) {
      if (asks(at))
        return true;
      if (const auto *block = dyn_cast_or_null<CompoundStmt>(unit().parent(at)))
        for (const Stmt *before : block->body()) {
          if (before == at)
            break;
          if (asksIn(before))
            return true;
        }
    }
    return false;
  }

  // A group of a kind that takes limits, whose set-up is not all in view.
  bool mayHaveLimit(const Call &spawn) {
    const ValueDecl *group = objectOf(spawn);
    const CXXRecordDecl *type =
        group ? group->getType().getNonReferenceType()->getAsCXXRecordDecl()
              : nullptr;
    const auto *variable = dyn_cast_or_null<VarDecl>(group);
    return type && !(variable && variable->isLocalVarDecl()) &&
           llvm::any_of(type->methods(), [&](const CXXMethodDecl *method) {
             return unit().roles(method).has(Role::BoundsSpawns);
           });
  }

  void report(const Spawn &spawn, const HandlerPath &path) {
    const Call &start = spawn.call();
    Finding &finding = diag(start.expr()->getBeginLoc(),
                            "each request spawns a task that nothing bounds");
    finding.covers(start.location());
    finding.note(path.registration->location(),
                 "in the handler registered here");
    for (const Call *step : path.calls)
      finding.note(step->location(), "which calls this");
    if (const Stmt *statement = statementOf(unit(), start.site))
      finding.review(start.location(),
                     "with a slot for each, the handler waits while too many "
                     "run; a WorkerPool can refuse instead",
                     asLimitedSpawn(unit(), source(), start, *statement,
                                    waits(spawn) ? "64 * %available_procs()"
                                                 : "4 * %available_procs()"));
  }

  // The task is off its processor for most of its time.
  bool waits(const Spawn &spawn) {
    return spawn.task && llvm::any_of(spawn.task->calls, [&](const Call *call) {
             return suspends(unit(), *call).has_value();
           });
  }
};

} // namespace

extern const CheckInfo spawn_per_request = {
    .summary = "a handler spawns a task that nothing bounds or joins",
    .tier = Tier::Cost,
    .fix = Fix::Review,
    .seeds = "B4 C2 E23",
    .since = "0.2",
    .yieldsTo = {"fork-join-per-task", "spawn-in-loop", "spawn-per-event",
                 "spawn-periodically", "spawn-then-wait",
                 "unbounded-blocking-spawn"},
    .make = makeCheck<SpawnPerRequest>,
};

} // namespace heddle::checks
