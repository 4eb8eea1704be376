#include "analysis/task_counts.h"

#include "clang/AST/ASTContext.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

constexpr unsigned maxDepth = 5;

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

} // namespace

std::vector<CountChange> countChanges(Unit &unit, const Function &fn) {
  std::vector<CountChange> found;
  Collector(unit, found).collect(fn, Bindings(), false);
  return found;
}

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

bool isLocalTo(const Function &fn, const ValueDecl *group) {
  if (isa<FieldDecl>(group))
    return false;
  for (const DeclContext *context = group->getDeclContext(); context;
       context = context->getParent())
    if (context == fn.decl)
      return true;
  return false;
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
    Expr::EvalResult value;
    if (argument->isValueDependent() ||
        !argument->EvaluateAsInt(value, unit.context()))
      return std::nullopt;
    return int(value.Val.getInt().getExtValue());
  }
  return 1;
}

} // namespace heddle::checks
