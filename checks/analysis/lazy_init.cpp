#include "analysis/lazy_init.h"

#include "analysis/callables.h"
#include "analysis/lock_regions.h"
#include "analysis/sharing.h"
#include "analysis/spawns.h"
#include "analysis/task_code.h"
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

class Finder {
public:
  Finder(Unit &unit, const Function &fn) : unit(unit), fn(fn) {}

  std::vector<LazyInit> find() {
    if (runsInSeveralTasks(unit, fn) && !isBeginOrEnd() && !isOnce(fn, 4) &&
        !isMadeBefore(fn, 4))
      walk(fn.body);
    return std::move(found);
  }

private:
  void walk(const Stmt *stmt) {
    if (!stmt || isa<LambdaExpr>(stmt))
      return;
    if (const auto *check = dyn_cast<IfStmt>(stmt))
      judge(*check);
    for (const Stmt *child : stmt->children())
      walk(child);
  }

  void judge(const IfStmt &check) {
    bool whenEmpty = true;
    const Expr *tested = testedIn(check.getCond(), whenEmpty);
    const ValueDecl *variable = tested ? namedBy(tested) : nullptr;
    if (!variable || !isOneForAll(*variable) || isLocked(check))
      return;
    const Expr *making = makingOf(*variable, check, whenEmpty);
    if (making && none_of(found, [&](const LazyInit &other) {
          return other.variable == variable;
        }))
      found.push_back({&fn, variable, &check, making});
  }

  // `!x`, `x == nullptr`, `!x.has_value()`; `whenEmpty` turns with each `!`.
  const Expr *testedIn(const Expr *condition, bool &whenEmpty) const {
    condition = condition->IgnoreParenImpCasts();
    if (const auto *op = dyn_cast<UnaryOperator>(condition);
        op && op->getOpcode() == UO_LNot) {
      const Expr *tested = testedIn(op->getSubExpr(), whenEmpty);
      whenEmpty = !whenEmpty;
      return tested;
    }
    whenEmpty = false;
    if (const auto *op = dyn_cast<BinaryOperator>(condition))
      return comparedWithNull(op->getLHS(), op->getRHS(),
                              op->getOpcode() == BO_EQ,
                              op->getOpcode() == BO_NE, whenEmpty);
    if (const auto *op = dyn_cast<CXXRewrittenBinaryOperator>(condition))
      return comparedWithNull(op->getLHS(), op->getRHS(),
                              op->getOperator() == BO_EQ,
                              op->getOperator() == BO_NE, whenEmpty);
    if (const auto *op = dyn_cast<CXXOperatorCallExpr>(condition);
        op && op->getNumArgs() == 2)
      return comparedWithNull(op->getArg(0), op->getArg(1),
                              op->getOperator() == OO_EqualEqual,
                              op->getOperator() == OO_ExclaimEqual, whenEmpty);
    return plain(condition);
  }

  const Expr *comparedWithNull(const Expr *left, const Expr *right, bool equal,
                               bool different, bool &whenEmpty) const {
    if (!equal && !different)
      return nullptr;
    whenEmpty = equal;
    auto isNull = [](const Expr *expr) {
      expr = expr->IgnoreParenImpCasts();
      const auto *ref = dyn_cast<DeclRefExpr>(expr);
      return isa<CXXNullPtrLiteralExpr, GNUNullExpr>(expr) ||
             (ref && ref->getDecl()->getName() == "nullopt");
    };
    return isNull(right) ? plain(left) : isNull(left) ? plain(right) : nullptr;
  }

  // The variable itself, or what its `get()` or conversion to bool gives.
  static const Expr *plain(const Expr *expr) {
    expr = expr->IgnoreParenImpCasts();
    if (const auto *call = dyn_cast<CXXMemberCallExpr>(expr)) {
      const CXXMethodDecl *method = call->getMethodDecl();
      bool asks = isa_and_nonnull<CXXConversionDecl>(method) ||
                  (method && method->getIdentifier() &&
                   is_contained({"get", "has_value"}, method->getName()));
      return asks ? plain(call->getImplicitObjectArgument()) : nullptr;
    }
    return isa<DeclRefExpr, MemberExpr>(expr) ? expr : nullptr;
  }

  bool isOneForAll(const ValueDecl &variable) const {
    QualType type = variable.getType();
    const CXXRecordDecl *record = type->getAsCXXRecordDecl();
    bool empties = type->isPointerType() || type->isBooleanType() ||
                   (record && record->isInStdNamespace() &&
                    is_contained({"unique_ptr", "shared_ptr", "optional"},
                                 record->getName()));
    if (!empties || type.isVolatileQualified())
      return false;
    if (isa<FieldDecl>(variable))
      return isThisShared(unit, fn);
    const auto *local = dyn_cast<VarDecl>(&variable);
    return local && local->hasGlobalStorage() &&
           local->getTLSKind() == VarDecl::TLS_None;
  }

  // In the branch that is taken when it is empty: the check's own, or what
  // follows one that returns.
  const Expr *makingOf(const ValueDecl &variable, const IfStmt &check,
                       bool whenEmpty) const {
    auto inBranch = [&](const Expr *mention) {
      if (whenEmpty)
        return unit.isWithin(mention, check.getThen());
      if (check.getElse())
        return unit.isWithin(mention, check.getElse());
      return returns(check.getThen()) &&
             unit.isWithin(mention, unit.parent(&check)) &&
             isAfter(mention->getBeginLoc(), check.getEndLoc());
    };
    for (const Use &use : usesOf(unit, &variable)) {
      if (!inBranch(use.mention))
        continue;
      if (use.kind == UseKind::Write)
        return makes(variable, *assignmentOf(use.mention), check);
      const FunctionDecl *method = use.call ? use.call->callee : nullptr;
      if (method && use.call->expr() && isMaking(*method, *use.call))
        return makes(variable, *use.call->expr(), check);
    }
    return nullptr;
  }

  static bool isMaking(const FunctionDecl &method, const Call &call) {
    if (method.getOverloadedOperator() == OO_Equal)
      return !isa<CXXNullPtrLiteralExpr>(
          cast<CallExpr>(call.site)->getArg(1)->IgnoreParenImpCasts());
    return method.getIdentifier() &&
           (method.getName() == "emplace" ||
            (method.getName() == "reset" && !call.args().empty() &&
             !isa<CXXDefaultArgExpr>(call.args().front())));
  }

  const Expr *assignmentOf(const Expr *mention) const {
    const Stmt *up = mention;
    while (up && !isa<BinaryOperator>(up))
      up = unit.parent(up);
    return up ? cast<Expr>(up) : mention;
  }

  // A flag says that something else was made along with it.
  const Expr *makes(const ValueDecl &variable, const Expr &making,
                    const IfStmt &check) const {
    if (!variable.getType()->isBooleanType())
      return &making;
    Touched touched = touchedBy(unit, check.getThen());
    return any_of(touched.written,
                  [&](const ValueDecl *other) {
                    return other != &variable && isOfSameKind(*other, variable);
                  })
               ? &making
               : nullptr;
  }

  static bool isOfSameKind(const ValueDecl &a, const ValueDecl &b) {
    if (isa<FieldDecl>(a) && isa<FieldDecl>(b))
      return a.getDeclContext() == b.getDeclContext();
    const auto *variable = dyn_cast<VarDecl>(&a);
    return variable && variable->hasGlobalStorage() && isa<VarDecl>(b);
  }

  static bool returns(const Stmt *branch) {
    if (const auto *block = dyn_cast<CompoundStmt>(branch))
      return !block->body_empty() && isa<ReturnStmt>(block->body_back());
    return isa<ReturnStmt>(branch);
  }

  bool isAfter(SourceLocation a, SourceLocation b) const {
    return unit.context().getSourceManager().isBeforeInTranslationUnit(b, a);
  }

  bool isLocked(const IfStmt &check) const {
    return any_of(lockRegions(unit, fn),
                  [&](const LockRegion &region) {
                    return covers(region, check);
                  }) ||
           isLockedByCallers(outermost(fn), 4);
  }

  bool covers(const LockRegion &region, const IfStmt &check) const {
    if (!region.acquire)
      return true;
    if (isAfter(region.acquired, check.getBeginLoc()))
      return false;
    if (region.guard) {
      const Stmt *declared = statementOf(unit, region.acquire);
      return declared && unit.isWithin(&check, unit.parent(declared));
    }
    return none_of(region.releases, [&](const Call *release) {
      return isAfter(check.getBeginLoc(), release->location());
    });
  }

  bool isLockedByCallers(const Function &callee, unsigned depth) const {
    ArrayRef<const Call *> calls =
        callee.decl ? unit.callsOf(callee.decl) : ArrayRef<const Call *>();
    return depth > 0 && !calls.empty() && all_of(calls, [&](const Call *call) {
             return any_of(lockRegions(unit, *call->caller),
                           [&](const LockRegion &region) {
                             return is_contained(region.calls, call);
                           }) ||
                    isLockedByCallers(*call->caller, depth - 1);
           });
  }

  bool isBeginOrEnd() const {
    return isa_and_nonnull<CXXConstructorDecl, CXXDestructorDecl>(
        outermost(fn).decl);
  }

  // It is run through something that lets only the first one in.
  bool isOnce(const Function &callee, unsigned depth) const {
    return depth > 0 &&
           any_of(invokers(unit, callee), [&](const Invocation &invoker) {
             return invoker.execution == Execution::CalledOnce ||
                    (runsDuringCall(invoker.execution) &&
                     isOnce(*invoker.call->caller, depth - 1));
           });
  }

  // Somebody calls it before he starts the tasks.
  bool isMadeBefore(const Function &callee, unsigned depth) const {
    if (!callee.decl || callee.lambda || depth == 0)
      return false;
    return any_of(unit.callsOf(callee.decl), [&](const Call *call) {
      const Function &caller = *call->caller;
      if (runsInSeveralTasks(unit, caller))
        return isMadeBefore(caller, depth - 1);
      return none_of(caller.calls, [&](const Call *earlier) {
        return isAfter(call->location(), earlier->location()) &&
               startsTasks(*earlier, 3);
      });
    });
  }

  bool startsTasks(const Call &call, unsigned depth) const {
    if (unit.roles(call).hasAny({Role::Spawns, Role::RegistersHandler}))
      return true;
    const Function *callee = unit.function(call.callee);
    return depth > 0 && callee && any_of(callee->calls, [&](const Call *inner) {
             return startsTasks(*inner, depth - 1);
           });
  }

  Unit &unit;
  const Function &fn;
  std::vector<LazyInit> found;
};

} // namespace

std::vector<LazyInit> unsynchronisedInits(Unit &unit, const Function &fn) {
  return Finder(unit, fn).find();
}

} // namespace heddle::checks
