#include "analysis/task_counts.h"
#include "framework/check.h"
#include "rewrite/purity.h"
#include "rewrite/scope.h"

#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A wait returns when the count is 0, and that is what it is until the task has
// been counted. Who spawns must count: the task itself may start too late.
class AddAfterSpawn final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    for (const Call *call : function.calls) {
      for (const Invocation &started : invocations(unit(), *call))
        if (started.execution == Execution::Spawned)
          checkTask(*call, *started.target);
      if (counts(*call))
        checkLateAdd(*call);
    }
  }

  bool counts(const Call &call) const {
    RoleSet roles = unit().roles(call);
    return roles.has(Role::CountsUp) && !roles.has(Role::Spawns);
  }

  // The task counts itself.
  void checkTask(const Call &spawn, const Function &task) {
    for (const CountChange &change : countChanges(unit(), task)) {
      const ValueDecl *group = change.group;
      if (!change.up || change.inSpawned || isLocalTo(task, group) ||
          isHeld(spawn, task, group) || isJoinedFirst(spawn, group))
        continue;
      Finding &finding = diag(change.call->expr()->getBeginLoc(),
                              "%0 counts the task only once it runs")
                         << group;
      finding.note(spawn.expr()->getBeginLoc(), "the task is spawned here");
      for (const Call *step : change.path)
        finding.note(step->location(), "and calls this");
      noteWait(finding, group);
      if (change.path.empty() && spawn.caller)
        fixTask(finding, spawn, task, *change.call, group);
    }
  }

  // Somebody counts for the task, or for the one that spawns it, until it ends.
  bool isHeld(const Call &spawn, const Function &task,
              const ValueDecl *group) const {
    if (objectOf(spawn) == group || uncounted(unit(), task, group) > 0)
      return true;
    bool before = false, after = false;
    for (const Call *call : spawn.caller->calls) {
      if (objectOf(*call) != group)
        continue;
      RoleSet roles = unit().roles(*call);
      before |= isBefore(*call, spawn) && counts(*call);
      after |= isBefore(spawn, *call) && roles.has(Role::CountsDown);
    }
    return before && after;
  }

  // The wait comes when the tasks that add have ended.
  bool isJoinedFirst(const Call &spawn, const ValueDecl *group) const {
    for (const Call *call : spawn.caller->calls) {
      if (!isBefore(spawn, *call))
        continue;
      RoleSet roles = unit().roles(*call);
      if (roles.has(Role::Joins) && objectOf(*call) == group)
        return false;
      if (roles.hasAny({Role::Joins, Role::Receives}))
        return true;
    }
    return unit().roles(spawn).has(Role::Joins);
  }

  bool isBefore(const Call &a, const Call &b) const {
    return source().manager().isBeforeInTranslationUnit(a.location(),
                                                        b.location());
  }

  void noteWait(Finding &finding, const ValueDecl *group) const {
    std::vector<const Call *> joins = joinsOf(unit(), group);
    if (!joins.empty())
      finding.note(joins.front()->location(), "this wait may come first");
  }

  void fixTask(Finding &finding, const Call &spawn, const Function &task,
               const Call &add, const ValueDecl *group) {
    const Stmt *start = statementOf(unit(), spawn.site);
    const Stmt *added = statementOf(unit(), add.site);
    const auto *body = dyn_cast_or_null<CompoundStmt>(task.body);
    if (!start || !added || !task.lambda || task.enclosing != spawn.caller ||
        !raisedBy(unit(), add) || !isUnconditional(unit(), add.site) ||
        unit().parent(added) != body || onlyCall(unit(), added) != &add ||
        !passesLiterally(spawn, *task.lambda))
      return;
    Edits spawnCounted = asCountingSpawn(spawn, task, *body, group, add);
    Edits moved = edits();
    moved.remove(*added).insertStatement(
        source().text(add.expr()->getSourceRange()) + ";", *start);
    finding.fix(spawnCounted ? spawnCounted : moved);
  }

  static bool passesLiterally(const Call &spawn, const LambdaExpr &lambda) {
    return llvm::any_of(spawn.args(), [&](const Expr *argument) {
      return literalLambda(argument) == &lambda;
    });
  }

  // `spawn([&] { group.add(); …; group.done(); })` is what `group.spawn` is for.
  Edits asCountingSpawn(const Call &spawn, const Function &task,
                        const CompoundStmt &body, const ValueDecl *group,
                        const Call &add) {
    Edits result = edits();
    const auto *type = group->getType().getNonReferenceType()->getAsCXXRecordDecl();
    const Call *done = onlyCall(unit(), body.body_back());
    unsigned mentioned = 0;
    for (const Expr *mention : unit().mentions(group))
      mentioned += unit().functionOf(mention) == &task;
    result.require(
        type && tableName(*type) == "heddle::WaitGroup" && spawn.callee &&
        tableName(*spawn.callee) == "heddle::spawn" && task.returns.empty() &&
        body.body_front() == statementOf(unit(), add.site) &&
        raisedBy(unit(), add) == 1 && done && objectOf(*done) == group &&
        unit().roles(*done).has(Role::CountsDown) && mentioned == 2);
    if (!result)
      return result;
    llvm::StringRef name =
        source().text(add.object()->getSourceRange());
    result.replace(cast<CallExpr>(spawn.site)->getCallee()->getSourceRange(),
                   name + ".spawn")
        .remove(*body.body_front())
        .remove(*body.body_back())
        .removeCapture(*task.lambda, group);
    return result;
  }

  // The spawner counts, but when the task may be done already.
  void checkLateAdd(const Call &add) {
    const ValueDecl *group = objectOf(add);
    const Stmt *added = statementOf(unit(), add.site);
    const auto *block = dyn_cast_or_null<CompoundStmt>(
        added ? unit().parent(added) : nullptr);
    if (!group || !block || onlyCall(unit(), added) != &add)
      return;
    int balance = 0;
    for (const Stmt *statement : block->body()) {
      if (statement == added)
        return;
      const Call *spawn = nullptr;
      if (!count(*statement, group, balance, spawn))
        return;
      if (balance >= 0 || !spawn)
        continue;
      if (!isFirstToCount(*spawn, group, *block))
        return;
      return reportLateAdd(add, *added, *spawn, *statement, group);
    }
  }

  // Goes through what `statement` does to the count; false where that is unclear.
  bool count(const Stmt &statement, const ValueDecl *group, int &balance,
             const Call *&spawn) {
    const Function *function = unit().functionOf(&statement);
    SourceRange range = statement.getSourceRange();
    const SourceManager &sm = source().manager();
    for (const Call *call : function->calls) {
      if (!sm.isPointWithin(call->location(), range.getBegin(), range.getEnd()))
        continue;
      RoleSet roles = unit().roles(*call);
      if (objectOf(*call) == group) {
        if (roles.has(Role::Joins))
          return false;
        if (counts(*call)) {
          auto raised = raisedBy(unit(), *call);
          if (!raised || !isUnconditional(unit(), call->site))
            return false;
          balance += *raised;
        }
      }
      for (const Invocation &started : invocations(unit(), *call))
        if (started.execution == Execution::Spawned &&
            !(objectOf(*call) == group && roles.has(Role::CountsUp)) &&
            uncounted(unit(), *started.target, group) > 0) {
          --balance;
          spawn = call;
        }
    }
    return true;
  }

  // No earlier add, outside of the block, may be meant for the task.
  bool isFirstToCount(const Call &spawn, const ValueDecl *group,
                      const CompoundStmt &block) const {
    return llvm::none_of(spawn.caller->calls, [&](const Call *call) {
      return objectOf(*call) == group && counts(*call) &&
             source().manager().isBeforeInTranslationUnit(
                 call->location(), block.getBeginLoc());
    });
  }

  void reportLateAdd(const Call &add, const Stmt &added, const Call &spawn,
                     const Stmt &start, const ValueDecl *group) {
    Finding &finding =
        diag(add.expr()->getBeginLoc(), "%0 counts the task too late") << group;
    finding.note(spawn.expr()->getBeginLoc(),
                 "it may be done already: it is spawned here");
    noteWait(finding, group);
    llvm::StringRef text = source().text(add.expr()->getSourceRange());
    Edits moved = edits();
    moved.require(!text.empty() &&
                  llvm::all_of(add.args(), [&](const Expr *count) {
                    return isPure(count) && isKnownAt(unit(), *count, start);
                  }))
        .remove(added)
        .insertStatement(text + ";", start);
    finding.fix(moved);
  }
};

} // namespace

extern const CheckInfo add_after_spawn = {
    .summary = "a group counts a task after its spawn",
    .tier = Tier::Bug,
    .fix = Fix::Safe,
    .seeds = "B16",
    .since = "0.1",
    .make = makeCheck<AddAfterSpawn>,
};

} // namespace heddle::checks
