#include "analysis/task_counts.h"

#include "analysis/constants.h"

#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

constexpr unsigned maxDepth = 5;

/// A call that changes the count of a group.
struct CountChange {
  const Call *call;
  /// The group, as the code that the changes were asked of knows it.
  const ValueDecl *group;
  /// The calls from that code to `call`, which is not among them.
  llvm::SmallVector<const Call *, 2> path;
  /// The change happens in a task that the code spawns, not in the code.
  bool inSpawned = false;
  bool up = false;
};

bool raises(Unit &unit, const Call &call) {
  RoleSet roles = unit.roles(call);
  return roles.has(Role::CountsUp) && !roles.has(Role::Spawns);
}

using Bindings = llvm::DenseMap<const ValueDecl *, const ValueDecl *>;

class Collector {
public:
  Collector(Unit &unit, std::vector<CountChange> &found)
      : unit(unit), found(found) {}

  void collect(const Function &fn, const Bindings &bound, bool inSpawned) {
    if (path.size() > maxDepth)
      return;
    for (const Call *call : fn.calls) {
      RoleSet roles = unit.roles(*call);
      bool up = roles.has(Role::CountsUp), down = roles.has(Role::CountsDown);
      if ((up || down) && !roles.has(Role::Spawns)) {
        if (const ValueDecl *group = resolve(objectOf(*call), bound))
          found.push_back({call, group, path, inSpawned, up});
        continue;
      }
      for (const Invocation &next : invocations(unit, *call))
        if (next.argument || !roles.has(Role::Spawns))
          follow(*call, next, bound, inSpawned, up);
    }
  }

private:
  void follow(const Call &call, const Invocation &next, const Bindings &bound,
              bool inSpawned, bool counted) {
    bool spawned = next.execution == Execution::Spawned;
    if ((!spawned && !runsDuringCall(next.execution)) || (spawned && counted))
      return;
    Bindings inner = bound;
    if (!next.argument && next.target->decl)
      bindParameters(call, *next.target->decl, bound, inner);
    path.push_back(&call);
    collect(*next.target, inner, inSpawned || spawned);
    path.pop_back();
  }

  static const ValueDecl *resolve(const ValueDecl *decl,
                                  const Bindings &bound) {
    auto found = bound.find(decl);
    return found == bound.end() ? decl : found->second;
  }

  // A group that goes by reference or pointer keeps its identity.
  static void bindParameters(const Call &call, const FunctionDecl &callee,
                             const Bindings &outer, Bindings &inner) {
    for (auto [parameter, argument] :
         llvm::zip(callee.parameters(), call.args())) {
      if (!parameter->getType()->isReferenceType() &&
          !parameter->getType()->isPointerType())
        continue;
      if (const ValueDecl *named = namedBy(argument))
        inner[parameter] = resolve(named, outer);
    }
  }

  Unit &unit;
  std::vector<CountChange> &found;
  llvm::SmallVector<const Call *, 2> path;
};

/// The block of `call` returns.
bool leavesAfter(Unit &unit, const Call &call) {
  const Stmt *statement = statementOf(unit, call.site);
  const auto *block = dyn_cast_or_null<CompoundStmt>(
      statement ? unit.parent(statement) : nullptr);
  return block && isa<ReturnStmt>(block->body_back());
}

/// The changes that an execution of `fn` makes or causes, in source order. A
/// spawn that counts its task itself makes none.
std::vector<CountChange> countChanges(Unit &unit, const Function &fn) {
  std::vector<CountChange> found;
  Collector(unit, found).collect(fn, Bindings(), false);
  return found;
}

/// How many times `task` counts `group` down without having counted up:
/// somebody else has to.
int uncounted(Unit &unit, const Function &task, const ValueDecl *group) {
  int balance = 0;
  bool leaves = false, ends = false;
  for (const CountChange &change : countChanges(unit, task)) {
    if (change.group != group)
      continue;
    bool own = !change.up && !change.inSpawned && change.path.empty();
    if (own && leavesAfter(unit, *change.call)) {
      leaves = true;
      continue;
    }
    ends |= own;
    balance += change.up ? -raisedBy(unit, *change.call).value_or(1) : 1;
  }
  // Of the ways out of the task only one is taken.
  return balance + (leaves && !ends);
}

/// `group` is declared within `fn`, so that nobody outside waits for it.
bool isLocalTo(const Function &fn, const ValueDecl *group) {
  if (isa<FieldDecl>(group))
    return false;
  for (const DeclContext *context = group->getDeclContext(); context;
       context = context->getParent())
    if (context == fn.decl)
      return true;
  return false;
}

class LateCounts {
public:
  LateCounts(Unit &unit, const Function &spawner)
      : unit(unit), spawner(spawner), sm(unit.context().getSourceManager()) {}

  std::vector<LateCount> find() {
    for (const Call *call : spawner.calls) {
      for (const Invocation &started : invocations(unit, *call))
        if (started.execution == Execution::Spawned)
          findInTask(*call, *started.target);
      if (raises(unit, *call))
        findAfterSpawn(*call);
    }
    return std::move(found);
  }

private:
  void findInTask(const Call &spawn, const Function &task) {
    for (const CountChange &change : countChanges(unit, task))
      if (change.up && !change.inSpawned && !isLocalTo(task, change.group) &&
          !isHeld(spawn, task, change.group) &&
          !isJoinedFirst(spawn, change.group))
        found.push_back({.group = change.group,
                         .add = change.call,
                         .spawn = &spawn,
                         .task = &task,
                         .path = change.path});
  }

  // Somebody counts for the task, or for the one that spawns it, until it ends.
  bool isHeld(const Call &spawn, const Function &task,
              const ValueDecl *group) const {
    if (objectOf(spawn) == group || uncounted(unit, task, group) > 0 ||
        isHeldWithin(spawn, group))
      return true;
    bool before = false, after = false;
    for (const Call *call : spawner.calls) {
      if (objectOf(*call) != group)
        continue;
      before |= isBefore(*call, spawn) && raises(unit, *call);
      after |=
          isBefore(spawn, *call) && unit.roles(*call).has(Role::CountsDown);
    }
    return before && after;
  }

  // `pool.post(f)`: the function that spawns counts, and its task, around `f`,
  // counts down.
  bool isHeldWithin(const Call &spawn, const ValueDecl *group) const {
    const Function *callee = unit.function(spawn.callee);
    if (!callee)
      return false;
    bool up = false, down = false;
    for (const CountChange &change : countChanges(unit, *callee)) {
      if (change.group != group)
        continue;
      up |= change.up && !change.inSpawned;
      down |= !change.up && change.inSpawned;
    }
    return up && down;
  }

  // The wait comes when the tasks that add have ended.
  bool isJoinedFirst(const Call &spawn, const ValueDecl *group) const {
    for (const Call *call : spawner.calls) {
      if (!isBefore(spawn, *call))
        continue;
      RoleSet roles = unit.roles(*call);
      if (roles.has(Role::Joins) && objectOf(*call) == group)
        return false;
      if (roles.hasAny({Role::Joins, Role::Receives}))
        return true;
    }
    return unit.roles(spawn).has(Role::Joins);
  }

  bool isBefore(const Call &a, const Call &b) const {
    return sm.isBeforeInTranslationUnit(a.location(), b.location());
  }

  // Goes through the block of `add` up to it: is a task spawned that no add
  // before it is for?
  void findAfterSpawn(const Call &add) {
    const ValueDecl *group = objectOf(add);
    const Stmt *added = statementOf(unit, add.site);
    const auto *block =
        dyn_cast_or_null<CompoundStmt>(added ? unit.parent(added) : nullptr);
    if (!group || !block || onlyCall(unit, added) != &add)
      return;
    int balance = 0;
    for (const Stmt *statement : block->body()) {
      const Call *spawn = nullptr;
      if (statement == added || !follow(*statement, group, balance, spawn))
        return;
      if (balance >= 0 || !spawn)
        continue;
      if (!isCountedAbove(group, *block))
        found.push_back(
            {.group = group, .add = &add, .spawn = spawn, .start = statement});
      return;
    }
  }

  // What `statement` does to the balance of counts and tasks; false where that
  // is unclear.
  bool follow(const Stmt &statement, const ValueDecl *group, int &balance,
              const Call *&spawn) {
    SourceRange range = statement.getSourceRange();
    for (const Call *call : spawner.calls) {
      if (!sm.isPointWithin(call->location(), range.getBegin(), range.getEnd()))
        continue;
      bool onGroup = objectOf(*call) == group;
      RoleSet roles = unit.roles(*call);
      if (onGroup && roles.has(Role::Joins))
        return false;
      if (onGroup && raises(unit, *call)) {
        auto raised = raisedBy(unit, *call);
        if (!raised || !isUnconditional(unit, call->site))
          return false;
        balance += *raised;
      }
      for (const Invocation &started : invocations(unit, *call))
        if (started.execution == Execution::Spawned &&
            !(onGroup && roles.has(Role::CountsUp)) &&
            uncounted(unit, *started.target, group) > 0) {
          --balance;
          spawn = call;
        }
    }
    return true;
  }

  bool isCountedAbove(const ValueDecl *group, const CompoundStmt &block) const {
    return llvm::any_of(spawner.calls, [&](const Call *call) {
      return objectOf(*call) == group && raises(unit, *call) &&
             sm.isBeforeInTranslationUnit(call->location(),
                                          block.getBeginLoc());
    });
  }

  Unit &unit;
  const Function &spawner;
  const SourceManager &sm;
  std::vector<LateCount> found;
};

} // namespace

std::vector<LateCount> lateCounts(Unit &unit, const Function &fn) {
  return LateCounts(unit, fn).find();
}

std::vector<const Call *> joinsOf(Unit &unit, const ValueDecl *group) {
  std::vector<const Call *> joins;
  for (const Function *fn : unit.functions())
    for (const Call *call : fn->calls)
      if (objectOf(*call) == group && unit.roles(*call).has(Role::Joins))
        joins.push_back(call);
  return joins;
}

std::optional<int> raisedBy(Unit &unit, const Call &call) {
  for (const Expr *argument : call.args()) {
    auto value = constant(unit, argument);
    return value ? std::optional(int(*value)) : std::nullopt;
  }
  return 1;
}

} // namespace heddle::checks
