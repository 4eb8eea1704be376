#include "rewrite/spawning_loop.h"

#include "analysis/constants.h"
#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

class Finder : SpawningLoop {
public:
  Finder(Unit &unit, const Loop &loop, const Call &spawn)
      : SpawningLoop{.loop = &loop, .spawn = &spawn}, unit(unit) {}

  std::optional<SpawningLoop> find() {
    if (findPlaces() && findTask() && findJoin())
      return SpawningLoop(*this);
    return std::nullopt;
  }

private:
  // The shape: a loop in a block, the wait behind it, a spawn of a lambda in
  // it.
  bool findPlaces() {
    if (loop->callable || unit.functionOf(loop->stmt) != spawn->caller)
      return false;
    body = dyn_cast<CompoundStmt>(loop->body);
    spawnStatement = body ? statementOf(unit, spawn->site) : spawn->site;
    if (!spawnStatement || onlyCall(unit, spawnStatement) != spawn)
      return false;
    const Stmt *up = unit.parent(spawnStatement);
    while (up && isa<Expr>(up) && !body)
      up = unit.parent(up);
    if (up != (body ? static_cast<const Stmt *>(body) : loop->stmt))
      return false;
    if (body && body->body_back() != spawnStatement)
      return false;
    wait = neighbour(unit, loop->stmt, 1);
    return wait && isa_and_nonnull<CompoundStmt>(unit.parent(loop->stmt));
  }

  bool findTask() {
    for (const Expr *argument : spawn->args())
      if (!isa<CXXDefaultArgExpr>(argument)) {
        if (lambda)
          return false;
        lambda = literalLambda(argument);
        if (!lambda)
          return false;
      }
    if (!lambda || lambda->hasExplicitResultType() ||
        lambda->isGenericLambda() || lambda->getTrailingRequiresClause() ||
        !lambda->getCallOperator()->parameters().empty() ||
        lambda->getCallOperator()->hasAttrs())
      return false;
    task = unit.function(lambda->getCallOperator());
    return task != nullptr;
  }

  // The group, who adds to it, takes from it and waits for it.
  bool findJoin() {
    const Call *joins = onlyCall(unit, wait);
    if (!joins || !unit.roles(*joins).has(Role::Joins) ||
        !joins->args().empty())
      return false;
    group = objectOf(*joins);
    if (!group)
      return false;
    if (objectOf(*spawn) == group && unit.roles(*spawn).has(Role::CountsUp)) {
      return checkOtherUses();
    }
    if (spawn->object() || !findDone())
      return false;
    return (findAddInRound() || findAddBefore()) && checkOtherUses();
  }

  bool findDone() {
    const auto *taskBody = dyn_cast<CompoundStmt>(lambda->getBody());
    if (!taskBody || taskBody->body_empty())
      return false;
    done = taskBody->body_back();
    const Call *call = onlyCall(unit, done);
    return call && objectOf(*call) == group &&
           unit.roles(*call).has(Role::CountsDown) && call->args().empty() &&
           task->returns.empty();
  }

  bool addsTo(const Stmt *statement, const Expr *&count) const {
    const Call *call = onlyCall(unit, statement);
    if (!call || objectOf(*call) != group ||
        !unit.roles(*call).has(Role::CountsUp) ||
        unit.roles(*call).has(Role::Spawns))
      return false;
    count = nullptr;
    for (const Expr *argument : call->args())
      if (!isa<CXXDefaultArgExpr>(argument))
        count = argument;
    return true;
  }

  bool findAddInRound() {
    if (!body)
      return false;
    for (const Stmt *statement : body->body()) {
      const Expr *count;
      if (!addsTo(statement, count))
        continue;
      if (count && constant(unit, count) != 1)
        return false;
      add = statement;
      return true;
    }
    return false;
  }

  // `group.add(items.size())` ahead of the loop.
  bool findAddBefore() {
    for (int offset = -1;
         const Stmt *statement = neighbour(unit, loop->stmt, offset);
         --offset) {
      const Expr *count;
      if (!addsTo(statement, count)) {
        if (!isa<DeclStmt>(statement))
          return false;
        continue;
      }
      add = statement;
      addedCount = count;
      return count != nullptr;
    }
    return false;
  }

  /// Other tasks may be counted by the group; then its wait stays. Somebody
  /// else who waits for it would no longer wait for these.
  bool checkOtherUses() {
    const auto *variable = dyn_cast<VarDecl>(group);
    if (!variable || !variable->isLocalVarDecl() ||
        variable->getType()->isReferenceType())
      return false;
    for (const Use &use : usesOf(unit, group)) {
      if (use.kind == UseKind::Captured)
        continue;
      if (use.kind != UseKind::MethodCall || !use.call)
        return false;
      const Stmt *statement = use.call->site;
      bool isOurs = use.call == spawn || contains(wait, statement) ||
                    contains(done, statement) || contains(add, statement);
      keepsGroup |= !isOurs;
      if (!isOurs && !unit.roles(*use.call).hasAny(
                         {Role::CountsUp, Role::CountsDown, Role::Spawns}))
        return false;
    }
    if (keepsGroup)
      return true;
    for (int offset = -1;
         const Stmt *statement = neighbour(unit, loop->stmt, offset); --offset)
      if (const auto *found = dyn_cast<DeclStmt>(statement))
        if (found->isSingleDecl() && found->getSingleDecl() == group)
          declaration = statement;
    keepsGroup = !declaration;
    return true;
  }

  Unit &unit;
  const Function *task = nullptr;
};

} // namespace

std::optional<SpawningLoop> spawningLoop(Unit &unit, const Loop &loop,
                                         const Call &spawn) {
  return Finder(unit, loop, spawn).find();
}

} // namespace heddle::checks
