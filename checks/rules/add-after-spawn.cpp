#include "analysis/task_counts.h"
#include "framework/check.h"
#include "rewrite/purity.h"
#include "rewrite/scope.h"

#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A wait returns when the count is 0, and that is what it is until the task has
// been counted. Who spawns must count: the task itself may start too late, and
// after the spawn it may have ended.
class AddAfterSpawn final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    for (const LateCount &late : lateCounts(unit(), function))
      late.task ? reportInTask(late) : reportAfterSpawn(late);
  }

  void reportInTask(const LateCount &late) {
    Finding &finding = diag(late.add->expr()->getBeginLoc(),
                            "%0 counts the task only once it runs")
                       << late.group;
    finding.note(late.spawn->expr()->getBeginLoc(), "the task is spawned here");
    for (const Call *step : late.path)
      finding.note(step->location(), "and calls this");
    noteWait(finding, late.group);
    if (Edits spawn = asCountingSpawn(late))
      finding.fix(spawn);
    else
      finding.fix(asAddBefore(late));
  }

  void reportAfterSpawn(const LateCount &late) {
    Finding &finding =
        diag(late.add->expr()->getBeginLoc(), "%0 counts the task too late")
        << late.group;
    finding.note(late.spawn->expr()->getBeginLoc(),
                 "it may be done already: it is spawned here");
    noteWait(finding, late.group);
    finding.fix(moveAdd(*late.add, late.start));
  }

  void noteWait(Finding &finding, const ValueDecl *group) const {
    std::vector<const Call *> joins = joinsOf(unit(), group);
    if (!joins.empty())
      finding.note(joins.front()->location(), "this wait may come first");
  }

  Edits moveAdd(const Call &add, const Stmt *start) {
    const Stmt *added = statementOf(unit(), add.site);
    llvm::StringRef text = source().text(add.expr()->getSourceRange());
    Edits result = edits();
    result.require(start && added && onlyCall(unit(), added) == &add &&
                   !text.empty() &&
                   llvm::all_of(add.args(), [&](const Expr *count) {
                     return isPure(count) && isKnownAt(unit(), *count, *start);
                   }));
    if (result)
      result.remove(*added).insertStatement(text + ";", *start);
    return result;
  }

  // Safe where the add is always reached, so that it only comes earlier.
  Edits asAddBefore(const LateCount &late) {
    Edits result = moveAdd(*late.add, statementOf(unit(), late.spawn->site));
    return result.require(isWrittenInSpawn(late) &&
                          isUnconditional(unit(), late.add->site));
  }

  // The task is a lambda in the call that spawns it, and has the add itself.
  static bool isWrittenInSpawn(const LateCount &late) {
    return late.path.empty() && late.task->lambda &&
           late.task->enclosing == late.spawn->caller &&
           llvm::any_of(late.spawn->args(), [&](const Expr *argument) {
             return literalLambda(argument) == late.task->lambda;
           });
  }

  // `spawn([&] { group.add(); …; group.done(); })` is what `group.spawn` is
  // for.
  Edits asCountingSpawn(const LateCount &late) {
    Edits result = edits();
    const auto *body = dyn_cast<CompoundStmt>(late.task->body);
    const auto *type =
        late.group->getType().getNonReferenceType()->getAsCXXRecordDecl();
    result.require(isWrittenInSpawn(late) && body && !body->body_empty() &&
                   type && tableName(*type) == "heddle::WaitGroup" &&
                   late.spawn->callee && late.add->object() &&
                   tableName(*late.spawn->callee) == "heddle::spawn");
    if (!result)
      return result;
    const Call *done = onlyCall(unit(), body->body_back());
    auto mentioned =
        llvm::count_if(unit().mentions(late.group), [&](const Expr *mention) {
          return unit().functionOf(mention) == late.task;
        });
    result.require(onlyCall(unit(), body->body_front()) == late.add &&
                   raisedBy(unit(), *late.add) == 1 && done &&
                   objectOf(*done) == late.group && mentioned == 2 &&
                   unit().roles(*done).has(Role::CountsDown) &&
                   late.task->returns.empty());
    if (!result)
      return result;
    llvm::StringRef name = source().text(late.add->object()->getSourceRange());
    return result
        .replace(
            cast<CallExpr>(late.spawn->site)->getCallee()->getSourceRange(),
            name + ".spawn")
        .remove(*body->body_front())
        .remove(*body->body_back())
        .removeCapture(*late.task->lambda, late.group);
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
