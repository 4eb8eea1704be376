#include "analysis/error_group.h"

#include "analysis/callables.h"
#include "analysis/spawns.h"
#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

StringRef typeName(QualType type) {
  const CXXRecordDecl *record =
      type.getNonReferenceType()->getAsCXXRecordDecl();
  return record && record->getIdentifier() ? record->getName() : "";
}

StringRef calleeName(const Call &call) {
  return call.callee && call.callee->getIdentifier() ? call.callee->getName()
                                                     : "";
}

class Finder {
public:
  Finder(Unit &unit, const Function &fn) : unit(unit), fn(fn) {}

  std::vector<ErrorGroup> find() {
    for (const Call *wait : fn.calls) {
      const ValueDecl *group =
          unit.roles(*wait).has(Role::Joins) ? objectOf(*wait) : nullptr;
      if (group && typeName(group->getType()) == "WaitGroup")
        judge(*group, *wait);
    }
    return std::move(found);
  }

private:
  void judge(const ValueDecl &group, const Call &wait) {
    for (const Call *spawn : fn.calls)
      if (unit.roles(*spawn).has(Role::Spawns) && isBefore(*spawn, wait))
        for (const Invocation &invocation : invocations(unit, *spawn))
          if (invocation.execution == Execution::Spawned &&
              isCounted(group, *spawn, *invocation.target))
            if (auto one = keeping(*invocation.target, wait)) {
              one->group = &group;
              one->spawn = spawn;
              found.push_back(*one);
              return;
            }
  }

  bool isBefore(const Call &a, const Call &b) const {
    return unit.context().getSourceManager().isBeforeInTranslationUnit(
        a.location(), b.location());
  }

  bool isCounted(const ValueDecl &group, const Call &spawn,
                 const Function &task) const {
    return objectOf(spawn) == &group ||
           any_of(task.calls, [&](const Call *call) {
             return unit.roles(*call).has(Role::CountsDown) &&
                    objectOf(*call) == &group;
           });
  }

  // The slot that the task writes at its first error.
  std::optional<ErrorGroup> keeping(const Function &task, const Call &wait) {
    for (const ValueDecl *slot : touchedBy(unit, task.body).written) {
      if (!isa<VarDecl, FieldDecl>(slot) || !isReadAfter(*slot, wait))
        continue;
      for (const Use &use : usesOf(unit, slot)) {
        const Expr *kept = assignmentOf(use);
        const Stmt *part = kept ? errorPartOf(*kept, *slot, task) : nullptr;
        const Expr *stopped = part ? stopIn(part, *slot) : nullptr;
        if (stopped)
          return ErrorGroup{nullptr, slot,    nullptr, &task,
                            kept,    stopped, &wait};
      }
    }
    return std::nullopt;
  }

  const Expr *assignmentOf(const Use &use) const {
    if (use.call && isa<CXXOperatorCallExpr>(use.call->site) &&
        use.call->callee &&
        use.call->callee->getOverloadedOperator() == OO_Equal)
      return use.call->expr();
    if (use.kind != UseKind::Write)
      return nullptr;
    const Stmt *up = use.mention;
    while (up && !isa<BinaryOperator>(up))
      up = unit.parent(up);
    return cast_or_null<Expr>(up);
  }

  // The part of the task that handles an error, if `kept` is in one, and done
  // for the first error only.
  const Stmt *errorPartOf(const Expr &kept, const ValueDecl &slot,
                          const Function &task) const {
    const Stmt *part = nullptr;
    bool isFirst = false;
    bool isError =
        is_contained({"exception_ptr", "error_code"}, typeName(slot.getType()));
    const Stmt *child = &kept;
    const Function *inner = unit.functionOf(&kept);
    for (;;) {
      const Stmt *up = unit.parent(child);
      if (!up && inner && inner != &task && inner->lambda && inner->enclosing) {
        // In a callable that is called once.
        isFirst |= isOnce(*inner);
        up = inner->lambda;
        inner = inner->enclosing;
      }
      if (!up)
        break;
      if (const auto *branch = dyn_cast<IfStmt>(up)) {
        isFirst |= testsFirst(*branch, slot);
        part = part && isa<CXXCatchStmt>(part) ? part : branch;
      }
      if (isa<CXXCatchStmt>(up)) {
        isError = true;
        part = up;
      }
      child = up;
    }
    return inner == &task && isFirst && isError ? part : nullptr;
  }

  bool isOnce(const Function &callable) const {
    return any_of(invokers(unit, callable), [](const Invocation &invoker) {
      return invoker.execution == Execution::CalledOnce;
    });
  }

  bool testsFirst(const IfStmt &branch, const ValueDecl &slot) const {
    return mentions(branch.getCond(), &slot) || exchanges(branch.getCond());
  }

  bool exchanges(const Stmt *stmt) const {
    const auto *expr = dyn_cast_or_null<Expr>(stmt);
    const Call *call = expr ? unit.call(expr) : nullptr;
    return stmt &&
           ((call && (calleeName(*call) == "exchange" ||
                      calleeName(*call) == "test_and_set" ||
                      calleeName(*call).starts_with("compare_exchange"))) ||
            any_of(stmt->children(),
                   [&](const Stmt *child) { return exchanges(child); }));
  }

  // What tells the other tasks to stop: the end of a context, or a flag.
  const Expr *stopIn(const Stmt *stmt, const ValueDecl &slot) const {
    if (!stmt)
      return nullptr;
    if (const auto *expr = dyn_cast<Expr>(stmt)) {
      const Call *call = unit.call(expr);
      if (call && (unit.roles(*call).has(Role::EndsContext) ||
                   calleeName(*call) == "request_stop" || isRaised(*call)))
        return expr;
      const auto *op = dyn_cast<BinaryOperator>(stmt);
      if (op && op->getOpcode() == BO_Assign &&
          op->getLHS()->getType()->isBooleanType() &&
          namedBy(op->getLHS()) != &slot)
        return expr;
    }
    for (const Stmt *child : stmt->children())
      if (const Expr *found = stopIn(child, slot))
        return found;
    return nullptr;
  }

  // `flag = true` or `flag.store(true)` of an atomic.
  static bool isRaised(const Call &call) {
    const Expr *object = call.object();
    if (const auto *op = dyn_cast<CXXOperatorCallExpr>(call.site))
      object = op->getOperator() == OO_Equal ? op->getArg(0) : nullptr;
    else if (calleeName(call) != "store")
      return false;
    return object && typeName(object->getType()) == "atomic";
  }

  bool isReadAfter(const ValueDecl &slot, const Call &wait) const {
    return any_of(unit.mentions(&slot), [&](const Expr *mention) {
      return unit.functionOf(mention) == &fn &&
             unit.context().getSourceManager().isBeforeInTranslationUnit(
                 wait.location(), mention->getBeginLoc());
    });
  }

  Unit &unit;
  const Function &fn;
  std::vector<ErrorGroup> found;
};

} // namespace

std::vector<ErrorGroup> errorGroups(Unit &unit, const Function &fn) {
  return Finder(unit, fn).find();
}

} // namespace heddle::checks
