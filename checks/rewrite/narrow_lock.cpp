#include "rewrite/narrow_lock.h"

#include "analysis/guarded.h"
#include "analysis/spawns.h"
#include "analysis/uses.h"

#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// How sure it is that a statement has nothing to do with what a lock guards.
enum Independence { Dependent, Likely, Proven };

class Narrowing {
public:
  Narrowing(Unit &unit, const Source &source, const LockRegion &region,
            ArrayRef<const Call *> waits)
      : unit(unit), source(source), region(region) {
    if (!region.statements || waits.empty())
      return;
    block = region.statements->block;
    first = region.statements->first;
    last = region.statements->last;
    for (const Call *wait : waits) {
      unsigned index = indexOf(*wait);
      if (index == last)
        return;
      firstWait = std::min(firstWait, index);
      lastWait = std::max(lastWait, index);
    }
    call = waits.size() == 1 ? waits.front() : nullptr;
    possible = true;
  }

  Edits before(Independence least) const {
    if (!possible)
      return failed();
    Edits moved = moveLockDown(least);
    return moved ? moved : hoistCall(least);
  }

  Edits around() const {
    if (!possible || independence(at(firstWait)) == Dependent ||
        touchedBy(unit, &at(firstWait)).indirect || !leavesSomething() ||
        keepsWay())
      return failed();
    return region.guard ? aroundByGuard() : aroundByHand();
  }

private:
  Edits failed() const { return std::move(Edits(source).require(false)); }

  const Stmt &at(unsigned index) const { return *block->body_begin()[index]; }

  unsigned indexOf(const Call &wait) const {
    const Stmt *stmt = wait.site;
    while (stmt && unit.parent(stmt) != block)
      stmt = unit.parent(stmt);
    for (unsigned index = first; index < last; ++index)
      if (&at(index) == stmt)
        return index;
    return last;
  }

  // Puts the statement that locks below the last one that waits: all before
  // that then runs without the lock.
  Edits moveLockDown(Independence least) const {
    if (lastWait + 1 >= last)
      return failed();
    for (unsigned index = first; index <= lastWait; ++index)
      if (independence(at(index)) < least || outlivesLock(at(index)))
        return failed();
    const Stmt &lock = at(first - 1);
    auto text = source.statement(lock);
    Edits edits(source);
    return std::move(
        edits.require(text.has_value())
            .rely(SourceRange(lock.getBeginLoc(), at(lastWait + 1).getEndLoc()))
            .remove(lock)
            .insertStatement(text ? source.text(*text) : "", at(lastWait + 1)));
  }

  // `cache[key] = fetch(key)`: the call gets a statement of its own above the
  // lock.
  Edits hoistCall(Independence least) const {
    const auto *expr = call ? dyn_cast<CallExpr>(call->site) : nullptr;
    if (!expr || expr->isLValue() || expr->getType()->isVoidType() ||
        isDiscarded(*expr) || !isEvaluatedFirst(*expr, at(lastWait)))
      return failed();
    for (unsigned index = first; index < lastWait; ++index)
      if (independence(at(index)) < least)
        return failed();
    if (independence(*expr) < least ||
        source.text(region.function->body->getSourceRange()).contains("result"))
      return failed();
    bool plain = expr->getType().isTriviallyCopyableType(unit.context());
    Edits edits(source);
    return std::move(
        edits.rely(at(lastWait).getSourceRange())
            .insertStatement(
                "auto result = " + source.text(expr->getSourceRange()) + ";",
                at(first - 1))
            .replace(expr->getSourceRange(),
                     plain ? "result" : "std::move(result)"));
  }

  bool isDiscarded(const Expr &expr) const {
    const auto *whole = dyn_cast<Expr>(&at(lastWait));
    return whole && whole->IgnoreImplicit() == &expr;
  }

  // Nothing with an effect comes before `expr` in `statement`, and nothing
  // decides whether it comes at all.
  bool isEvaluatedFirst(const Expr &expr, const Stmt &statement) const {
    const Stmt *child = &expr;
    while (child != &statement) {
      const Stmt *up = unit.parent(child);
      if (isa<ExprWithCleanups, MaterializeTemporaryExpr, CXXBindTemporaryExpr,
              ImplicitCastExpr, ParenExpr>(up)) {
        child = up;
        continue;
      }
      if (const auto *assignment = dyn_cast<BinaryOperator>(up)) {
        if (assignment->getOpcode() != BO_Assign ||
            assignment->getRHS() != child)
          return false;
      } else if (const auto *operation = dyn_cast<CXXOperatorCallExpr>(up)) {
        if (operation->getOperator() != OO_Equal ||
            operation->getArg(1) != child)
          return false;
      } else if (const auto *outer = dyn_cast<CallExpr>(up)) {
        for (const Expr *argument : outer->arguments())
          if (argument != child && argument->HasSideEffects(unit.context()))
            return false;
        if (outer->getCallee() == child)
          return false;
      } else {
        return false;
      }
      child = up;
    }
    return true;
  }

  // Some other statement of the region needs the lock.
  bool leavesSomething() const {
    for (unsigned index = first; index < last; ++index)
      if ((index < firstWait || index > lastWait) &&
          independence(at(index)) != Proven)
        return true;
    return false;
  }

  // A way into what the lock guards, as a reference or an iterator, is used
  // after the lock was given back: what it leads to may be gone.
  bool keepsWay() const {
    for (unsigned index = first; index < firstWait; ++index)
      for (const VarDecl *variable : declaredBy(&at(index)))
        if (isa<DecompositionDecl>(variable) || leadsElsewhere(*variable))
          for (unsigned after = firstWait; after < block->size(); ++after)
            if (isa<DecompositionDecl>(variable) ||
                mentions(&at(after), variable))
              return true;
    return false;
  }

  static bool leadsElsewhere(const VarDecl &variable) {
    QualType type = variable.getType().getCanonicalType();
    if (type->isReferenceType() || type->isAnyPointerType())
      return true;
    const CXXRecordDecl *record = type->getAsCXXRecordDecl();
    StringRef name = record && record->getIdentifier() ? record->getName() : "";
    return name.contains("iterator") || name.contains("view") || name == "span";
  }

  Edits aroundByGuard() const {
    std::string name = region.guard->getNameAsString();
    Edits edits(source);
    auto declaration = source.statement(at(first - 1));
    if (!edits.require(declaration.has_value()))
      return edits;
    makeReleasable(edits, source.text(*declaration), *declaration);
    edits.insertStatement(name + ".unlock();", at(firstWait));
    if (firstWait + 1 < last)
      edits.insertStatement(name + ".lock();", at(firstWait + 1));
    return edits;
  }

  // Only a unique_lock or shared_lock can be unlocked before its end.
  void makeReleasable(Edits &edits, StringRef text, Span declaration) const {
    constexpr StringRef constant = "const ";
    if (region.guard->getType().isConstQualified())
      edits.require(text.starts_with(constant))
          .replace(Span{declaration.file, declaration.begin,
                        declaration.begin + unsigned(constant.size())},
                   "");
    if (text.contains("unique_lock") || text.contains("shared_lock"))
      return;
    for (StringRef guard : {"lock_guard", "scoped_lock"})
      if (size_t place = text.find(guard); place != StringRef::npos) {
        unsigned begin = declaration.begin + place;
        edits.require(text.rfind(guard) == place && locksOne())
            .replace(
                Span{declaration.file, begin, begin + unsigned(guard.size())},
                "unique_lock");
        return;
      }
    edits.require(false);
  }

  bool locksOne() const {
    unsigned locks = 0;
    for (const LockRegion &other : lockRegions(unit, *region.function))
      locks += other.guard == region.guard;
    return locks == 1;
  }

  Edits aroundByHand() const {
    Edits edits(source);
    auto lock = source.statement(at(first - 1));
    auto unlock =
        last < block->size() ? source.statement(at(last)) : std::nullopt;
    if (!edits.require(lock && unlock))
      return edits;
    edits.insertStatement(source.text(*unlock), at(firstWait));
    if (firstWait + 1 < last)
      edits.insertStatement(source.text(*lock), at(firstWait + 1));
    else
      edits.remove(at(last));
    return edits;
  }

  Independence independence(const Stmt &stmt) const {
    Touched touched = touchedBy(unit, &stmt);
    if ((region.guard && touched.touches(region.guard)) ||
        (region.variable && touched.touches(region.variable)))
      return Dependent;
    SmallVector<Stmt *> prefix(block->body_begin() + first,
                               block->body_begin() + lastWait + 1);
    // A call that is hoisted out of its statement leaves the rest behind.
    if (isa<Expr>(stmt) && unit.parent(&stmt) != block)
      prefix.pop_back();
    SmallVector<const ValueDecl *, 8> guarded = guardedBy(unit, region, prefix);
    Independence found = Proven;
    for (const ValueDecl *decl : touched.mentioned) {
      if (is_contained(guarded, decl))
        return Dependent;
      if (!isState(decl) || isNeverWritten(*decl))
        continue;
      // Even what is locked only here: it is shared by all who run this.
      if (is_contained(touched.written, decl) && !isObjectOfWait(*decl))
        return Dependent;
      found = Likely;
    }
    if (touched.indirect)
      found = Likely;
    // Code out of view cannot reach private state, unless it calls back, and
    // then it would wait for the lock for ever.
    if (touched.unseen && !all_of(guarded, isPrivateState))
      found = Likely;
    return found;
  }

  bool isObjectOfWait(const ValueDecl &decl) const {
    return call && call->object() && mentions(call->object(), &decl) &&
           none_of(usesOf(unit, &decl),
                   [](const Use &use) { return use.kind == UseKind::Write; });
  }

  bool isNeverWritten(const ValueDecl &decl) const {
    return all_of(usesOf(unit, &decl),
                  [](const Use &use) { return use.readOnly; });
  }

  // Declares an object that would now be destroyed after the lock is given
  // back, and that shows when.
  bool outlivesLock(const Stmt &stmt) const {
    return any_of(declaredBy(&stmt), [&](const VarDecl *variable) {
      const CXXRecordDecl *record = variable->getType()->getAsCXXRecordDecl();
      return record && record->hasDefinition() &&
             !record->hasTrivialDestructor() &&
             (!record->isInStdNamespace() ||
              unit.roles(record->getDestructor()).has(Role::Blocks));
    });
  }

  Unit &unit;
  const Source &source;
  const LockRegion &region;
  const CompoundStmt *block = nullptr;
  unsigned first = 0, last = 0;
  unsigned firstWait = ~0u, lastWait = 0;
  const Call *call = nullptr;
  bool possible = false;
};

} // namespace

Edits takenBefore(Unit &unit, const Source &source, const LockRegion &region,
                  ArrayRef<const Call *> waits) {
  return Narrowing(unit, source, region, waits).before(Proven);
}

Edits takenOut(Unit &unit, const Source &source, const LockRegion &region,
               ArrayRef<const Call *> waits) {
  Narrowing narrowing(unit, source, region, waits);
  Edits before = narrowing.before(Likely);
  return before ? before : narrowing.around();
}

} // namespace heddle::checks
