#include "analysis/guarded_integral.h"

#include "analysis/guarded.h"
#include "analysis/spawns.h"
#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

using Statements = ArrayRef<Stmt *>;

const ValueDecl *integralIn(const Expr *expr) {
  const ValueDecl *named = expr ? namedBy(expr) : nullptr;
  if (const auto *member =
          expr ? dyn_cast<MemberExpr>(expr->IgnoreParenImpCasts()) : nullptr)
    if (!isa<CXXThisExpr>(member->getBase()->IgnoreParenImpCasts()))
      return nullptr;
  return named && isa<VarDecl, FieldDecl>(named) &&
                 named->getType()->isIntegralOrEnumerationType() &&
                 !named->getType().isConstQualified() &&
                 !named->getType().isVolatileQualified()
             ? named
             : nullptr;
}

class Finder {
public:
  explicit Finder(Unit &unit) : unit(unit) {}

  std::vector<GuardedIntegral> find() {
    for (const Function *fn : unit.functions())
      for (const LockRegion &region : lockRegions(unit, *fn))
        if (region.variable)
          regions[region.variable].push_back(&region);
    std::vector<GuardedIntegral> found;
    for (auto &[lock, list] : regions)
      if (auto one = judge(*lock, list))
        found.push_back(std::move(*one));
    return found;
  }

private:
  std::optional<GuardedIntegral> judge(const ValueDecl &lock,
                                       ArrayRef<const LockRegion *> list) {
    if (!isOnlyUsedInView(unit, &lock) || !isOnlyLocked(lock, list))
      return std::nullopt;
    GuardedIntegral found = {&lock, nullptr, {}};
    bool changes = false;
    for (const LockRegion *region : list) {
      if (!region->statements)
        return std::nullopt;
      Statements statements = region->statements->statements();
      const ValueDecl *integral = stepOn(statements, changes);
      if (!integral || (found.integral && found.integral != integral))
        return std::nullopt;
      found.integral = integral;
      found.sections.push_back({region, statements});
    }
    return changes && isOnlyUsedInView(unit, found.integral) &&
                   isPlain(*found.integral)
               ? std::optional(std::move(found))
               : std::nullopt;
  }

  // Every mention of the lock takes it or gives it back; none is on a
  // condition's behalf.
  bool isOnlyLocked(const ValueDecl &lock, ArrayRef<const LockRegion *> list) {
    return all_of(unit.mentions(&lock), [&](const Expr *mention) {
      return isa_and_nonnull<LambdaExpr>(unit.parent(mention)) ||
             any_of(list, [&](const LockRegion *region) {
               if (unit.isWithin(mention, region->acquire))
                 return true;
               return any_of(region->releases, [&](const Call *release) {
                 return unit.isWithin(mention, release->site);
               });
             });
    });
  }

  // It is read and written by value, and captured by reference.
  bool isPlain(const ValueDecl &integral) const {
    return all_of(usesOf(unit, &integral),
                  [](const Use &use) {
                    return use.kind == UseKind::Read ||
                           use.kind == UseKind::Write ||
                           use.kind == UseKind::Captured;
                  }) &&
           none_of(unit.functions(), [&](const Function *fn) {
             return fn->lambda &&
                    any_of(fn->lambda->captures(),
                           [&](const LambdaCapture &capture) {
                             return capture.capturesVariable() &&
                                    capture.getCaptureKind() == LCK_ByCopy &&
                                    capture.getCapturedVar() == &integral;
                           });
           });
  }

  // The integral that the section is one step of.
  const ValueDecl *stepOn(Statements statements, bool &changes) const {
    if (statements.size() == 3)
      return exchanged(statements, changes);
    if (statements.size() != 1)
      return nullptr;
    const Stmt *statement = statements.front();
    if (const auto *result = dyn_cast<ReturnStmt>(statement))
      return result->getRetValue() ? stepIn(result->getRetValue(), changes)
                                   : nullptr;
    const auto *expr = dyn_cast<Expr>(statement);
    if (!expr)
      return nullptr;
    // `copy = counter`, to a variable of the function's own.
    const auto *assignment = dyn_cast<BinaryOperator>(expr->IgnoreParens());
    if (assignment && assignment->getOpcode() == BO_Assign)
      if (const auto *copy =
              dyn_cast_or_null<VarDecl>(namedBy(assignment->getLHS()));
          copy && copy->hasLocalStorage() && isLoad(assignment->getRHS()))
        return integralIn(assignment->getRHS());
    return stepIn(expr, changes);
  }

  static bool isLoad(const Expr *expr) {
    expr = expr->IgnoreParenImpCasts();
    return isa<DeclRefExpr, MemberExpr>(expr);
  }

  const ValueDecl *stepIn(const Expr *expr, bool &changes) const {
    expr = expr->IgnoreParenImpCasts();
    if (isLoad(expr))
      return integralIn(expr);
    if (const auto *op = dyn_cast<UnaryOperator>(expr)) {
      changes = true;
      return op->isIncrementDecrementOp() ? integralIn(op->getSubExpr())
                                          : nullptr;
    }
    const auto *op = dyn_cast<BinaryOperator>(expr);
    if (!op || !is_contained({BO_Assign, BO_AddAssign, BO_SubAssign,
                              BO_AndAssign, BO_OrAssign, BO_XorAssign},
                             op->getOpcode()))
      return nullptr;
    const ValueDecl *integral = integralIn(op->getLHS());
    changes = true;
    return integral && isOperand(op->getRHS(), integral) ? integral : nullptr;
  }

  // `auto old = counter; counter = next; return old;`
  const ValueDecl *exchanged(Statements statements, bool &changes) const {
    SmallVector<const VarDecl *, 2> kept = declaredBy(statements[0]);
    const auto *set = dyn_cast<BinaryOperator>(statements[1]);
    const auto *result = dyn_cast<ReturnStmt>(statements[2]);
    if (kept.size() != 1 || !kept.front()->getInit() || !set ||
        set->getOpcode() != BO_Assign || !result || !result->getRetValue() ||
        namedBy(result->getRetValue()) != kept.front())
      return nullptr;
    const ValueDecl *integral = integralIn(kept.front()->getInit());
    changes = true;
    return integral && integralIn(set->getLHS()) == integral &&
                   isOperand(set->getRHS(), integral) &&
                   !mentions(set->getRHS(), kept.front())
               ? integral
               : nullptr;
  }

  // Evaluated without the lock it is the same: nothing that others change.
  bool isOperand(const Expr *expr, const ValueDecl *integral) const {
    if (expr->HasSideEffects(unit.context()))
      return false;
    Touched touched = touchedBy(unit, expr);
    return !touched.unseen && !touched.touches(integral) &&
           none_of(touched.mentioned,
                   [](const ValueDecl *decl) { return isState(decl); });
  }

  Unit &unit;
  MapVector<const ValueDecl *, std::vector<const LockRegion *>> regions;
};

} // namespace

std::vector<GuardedIntegral> guardedIntegrals(Unit &unit) {
  return Finder(unit).find();
}

} // namespace heddle::checks
