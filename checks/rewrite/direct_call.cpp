#include "rewrite/direct_call.h"

#include "analysis/timers.h"
#include "rewrite/spawned_task.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

/// A value may stand there as it is, without parentheses.
bool standsAlone(Unit &unit, const Stmt *expr) {
  const Stmt *up = unit.parent(expr);
  while (up && isa<ImplicitCastExpr, ExprWithCleanups, CXXBindTemporaryExpr,
                   MaterializeTemporaryExpr>(up))
    up = unit.parent(up);
  return isa_and_nonnull<DeclStmt, ReturnStmt, CompoundStmt>(up);
}

class DirectCall {
public:
  DirectCall(Unit &unit, const Source &source, const ForkJoin &fork)
      : unit(unit), source(source), fork(fork),
        task(unit, fork, fork.branches.front()), edits(source) {}

  Edits make() {
    const Call *wait = fork.join.wait;
    edits.require(task.isPlain() && fork.isPrivate && wait);
    if (!edits)
      return edits;
    bool ofFuture =
        task.start.callee && !task.start.callee->getReturnType()->isVoidType();
    if (ofFuture)
      callForResult(*wait);
    else if (onlyCall(unit, fork.wait) == wait)
      callForEffect();
    else
      callForItem(*wait);
    return edits;
  }

private:
  // `async(f).get()`, or with a variable between.
  void callForResult(const Call &wait) {
    // wait() keeps an exception in the future.
    edits.require(wait.callee && wait.callee->getIdentifier() &&
                  wait.callee->getName() == "get");
    if (fork.join.through)
      edits.require(task.sharesOnly(1) && task.declaration())
          .remove(*task.branch.statement);
    if (!edits)
      return;
    auto whole = source.span(wait.site->getSourceRange());
    edits.rely(source.span(task.branch.statement->getSourceRange()))
        .replace(whole, callText(*wait.site));
  }

  std::string callText(const Stmt &place) {
    const Expr *value = task.value();
    if (value && value->isPRValue() &&
        (standsAlone(unit, &place) ||
         isa<CallExpr>(value->IgnoreUnlessSpelledInSource())))
      return text(*value);
    std::string called = text(*task.callable);
    return called + "()";
  }

  std::string text(const Expr &expr) {
    std::string written = source.text(expr.getSourceRange()).str();
    edits.require(!written.empty() && !StringRef(written).contains("//"));
    return written;
  }

  // A group or an event: the task's statements take the place of the spawn.
  void callForEffect() {
    const Stmt *declared = task.declaration();
    const Stmt *add = findAdd();
    unsigned uses = 1 + (objectOf(task.start) == fork.join.through) +
                    (task.signal != nullptr) + (add != nullptr);
    edits.require(declared && task.sharesOnly(uses + task.capturedUses()));
    if (!edits)
      return;
    edits.remove(*declared).remove(*fork.wait);
    if (add)
      edits.remove(*add);
    if (!task.lambda) {
      edits.replace(source.statement(*task.branch.statement),
                    text(*task.callable) + "();");
      return;
    }
    splice(edits, source, task);
  }

  const Stmt *findAdd() const {
    for (int offset = -1;
         const Stmt *before = neighbour(unit, task.branch.statement, offset);
         --offset) {
      const Call *call = onlyCall(unit, before);
      if (call && objectOf(*call) == fork.join.through &&
          unit.roles(*call).has(Role::CountsUp))
        return before;
      if (!isa<DeclStmt>(before))
        return nullptr;
    }
    return nullptr;
  }

  // `channel.send(value)` and `*channel.receive()`.
  void callForItem(const Call &wait) {
    const Stmt *declared = task.declaration();
    const Call *send = onlyCall(unit, task.signal);
    edits.require(declared && send && unit.roles(*send).has(Role::Sends) &&
                  task.body->size() == 1 && send->args().size() == 1);
    const Expr *item = edits ? itemOf(wait) : nullptr;
    edits.require(item != nullptr);
    if (!edits)
      return;
    const Expr *sent = send->args()[0]->IgnoreUnlessSpelledInSource();
    edits.require(task.sharesOnly(2 + task.capturedUses()) &&
                  unit.context().hasSameUnqualifiedType(
                      sent->getType(), item->getType().getNonReferenceType()));
    std::string value = text(*sent);
    if (!standsAlone(unit, item) && !isa<CallExpr, DeclRefExpr>(sent))
      value = "(" + value + ")";
    edits.remove(*declared)
        .remove(*task.branch.statement)
        .replace(item->getSourceRange(), value);
  }

  // What takes the item out of the optional.
  const Expr *itemOf(const Call &wait) const {
    const Call *use = userOf(unit, *wait.expr());
    if (!use || !use->callee)
      return nullptr;
    const auto *op = dyn_cast<CXXOperatorCallExpr>(use->site);
    if (op && op->getOperator() == OO_Star)
      return op;
    const auto *method = dyn_cast<CXXMemberCallExpr>(use->site);
    return method && use->callee->getIdentifier() &&
                   use->callee->getName() == "value"
               ? method
               : nullptr;
  }

  Unit &unit;
  const Source &source;
  const ForkJoin &fork;
  SpawnedTask task;
  Edits edits;
};

} // namespace

Edits asDirectCall(Unit &unit, const Source &source, const ForkJoin &fork) {
  return DirectCall(unit, source, fork).make();
}

namespace {

// A local group that counts only this task, and its waits, are for nothing
// then.
void removeGroup(Edits &edits, Unit &unit, const Call &start) {
  const auto *group = dyn_cast_or_null<VarDecl>(objectOf(start));
  const CXXRecordDecl *type =
      group ? group->getType()->getAsCXXRecordDecl() : nullptr;
  if (!type || !group->isLocalVarDecl() ||
      tableName(*type) != "heddle::WaitGroup")
    return;
  llvm::SmallVector<const Stmt *, 3> idle;
  for (const Expr *mention : unit.mentions(group)) {
    if (start.object() == mention)
      continue;
    const Stmt *statement = statementOf(unit, mention);
    const Call *wait = onlyCall(unit, statement);
    if (!wait || wait->object() != mention ||
        !unit.roles(*wait).has(Role::Joins))
      return;
    idle.push_back(statement);
  }
  const auto *declared =
      dyn_cast_or_null<DeclStmt>(statementOf(unit, group->getInit()));
  if (!declared || !declared->isSingleDecl())
    return;
  edits.remove(*declared);
  for (const Stmt *statement : idle)
    edits.remove(*statement);
}

// May be the body of a loop or branch as it is.
bool isOneEffect(const CompoundStmt &body) {
  return body.size() == 1 && isa<Expr>(body.body_front());
}

} // namespace

Edits inPlace(Unit &unit, const Source &source, const Spawn &spawn) {
  Edits edits(source);
  const Call &start = *spawn.path.front();
  const Stmt *statement = statementOf(unit, start.site);
  bool braced = statement;
  if (!braced)
    for (statement = start.site; isa_and_nonnull<Expr>(unit.parent(statement));)
      statement = unit.parent(statement);
  edits.require(onlyCall(unit, statement) == &start);
  if (!edits)
    return edits;
  removeGroup(edits, unit, start);
  ForkJoin alone{
      .branches = {{spawn, statement}}, .wait = statement, .join = {}};
  SpawnedTask task(unit, alone, alone.branches.front());
  edits.require(task.isPlain());
  if (!edits)
    return edits;
  if (task.lambda) {
    edits.require(braced ? !task.body->body_empty() : isOneEffect(*task.body));
    if (edits)
      splice(edits, source, task);
    return edits;
  }
  StringRef name = source.text(task.callable->getSourceRange());
  return edits.require(!name.empty())
      .replace(source.statement(*statement), name + "();");
}

} // namespace heddle::checks
