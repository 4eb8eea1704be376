#include "analysis/lifetimes.h"

#include "analysis/attempts.h"
#include "analysis/uses.h"
#include "analysis/ways.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

/// Points into an object that somebody else owns.
bool isView(QualType type) {
  type = type.getNonReferenceType();
  if (type->isPointerType())
    return !type->getPointeeType()->isFunctionType();
  const auto *record = type->getAsCXXRecordDecl();
  return record && llvm::is_contained({"std::basic_string_view", "std::span",
                                       "__gnu_cxx::__normal_iterator"},
                                      tableName(*record));
}

class Finder {
public:
  Finder(Unit &unit, const Spawn &spawn, const LambdaExpr &lambda)
      : unit(unit), spawn(spawn), lambda(lambda), start(*spawn.path.front()),
        spawner(*start.caller), sm(unit.context().getSourceManager()) {}

  std::vector<DanglingCapture> find() {
    if (isAwaitedElsewhere())
      return {};
    for (const Capture &capture : captures(lambda))
      if (const VarDecl *referent = referentOf(capture))
        if (isOutlived(*referent))
          found.push_back({capture, referent, joinsOf(unit, spawn)});
    return std::move(found);
  }

private:
  // The local variable that the capture refers to.
  const VarDecl *referentOf(const Capture &capture) const {
    const auto *variable = dyn_cast_or_null<VarDecl>(capture.variable);
    if (!variable)
      return nullptr;
    if (capture.kind == Capture::Reference) {
      const Expr *init = capture.init ? capture.init : nullptr;
      const auto *named =
          init ? dyn_cast_or_null<VarDecl>(namedBy(wholeOf(init))) : variable;
      return named ? ownerOf(*named) : nullptr;
    }
    const Expr *value = capture.init ? capture.init : variable->getInit();
    if (capture.kind != Capture::Copy || !isView(variable->getType()) ||
        !value || isReassigned(*variable))
      return nullptr;
    return pointedTo(*value);
  }

  // What `object.part` is a part of.
  static const Expr *wholeOf(const Expr *expr) {
    for (expr = expr->IgnoreParenImpCasts();;) {
      const auto *part = dyn_cast<MemberExpr>(expr);
      if (!part || part->isArrow() || isa<CXXThisExpr>(part->getBase()) ||
          part->getMemberDecl()->getType()->isReferenceType())
        return expr;
      expr = part->getBase()->IgnoreParenImpCasts();
    }
  }

  bool isReassigned(const VarDecl &variable) const {
    return llvm::any_of(usesOf(unit, &variable), [](const Use &use) {
      return use.kind == UseKind::Write;
    });
  }

  // Itself, if it is on the stack of code that is in view; what a reference is
  // bound to.
  const VarDecl *ownerOf(const VarDecl &variable) const {
    if (!variable.hasLocalStorage() || variable.isInitCapture())
      return nullptr;
    if (!variable.getType()->isReferenceType())
      return variable.isImplicit() ? nullptr : &variable;
    if (const auto *parameter = dyn_cast<ParmVarDecl>(&variable))
      return isHandlers(*parameter) ? parameter : nullptr;
    const Expr *init = variable.getInit();
    const auto *bound =
        init ? dyn_cast_or_null<VarDecl>(namedBy(init->IgnoreImplicit()))
             : nullptr;
    return bound && bound != &variable && !isa<ParmVarDecl>(bound) &&
                   !bound->getType()->isReferenceType()
               ? ownerOf(*bound)
               : nullptr;
  }

  // `&local`, `local.data()`, a view made of a local owner.
  const VarDecl *pointedTo(const Expr &value) const {
    const Expr *expr = value.IgnoreUnlessSpelledInSource();
    if (const auto *made = dyn_cast<CXXConstructExpr>(expr))
      expr = made->getNumArgs() > 0
                 ? made->getArg(0)->IgnoreUnlessSpelledInSource()
                 : expr;
    if (const auto *op = dyn_cast<UnaryOperator>(expr))
      return op->getOpcode() == UO_AddrOf ? local(op->getSubExpr()) : nullptr;
    if (const auto *call = dyn_cast<CXXMemberCallExpr>(expr)) {
      const Expr *object = call->getImplicitObjectArgument();
      return object && isOwner(object->getType()) ? local(object) : nullptr;
    }
    return isOwner(expr->getType()) ? local(expr) : nullptr;
  }

  static bool isOwner(QualType type) {
    if (type->isConstantArrayType())
      return true;
    const auto *record = type->getAsCXXRecordDecl();
    return record && llvm::is_contained(
                         {"std::basic_string", "std::vector", "std::array"},
                         tableName(*record));
  }

  const VarDecl *local(const Expr *expr) const {
    const auto *named = dyn_cast<DeclRefExpr>(expr->IgnoreParenImpCasts());
    const auto *variable =
        named ? dyn_cast<VarDecl>(named->getDecl()) : nullptr;
    return variable && !variable->getType()->isReferenceType()
               ? ownerOf(*variable)
               : nullptr;
  }

  bool isHandlers(const ParmVarDecl &parameter) const {
    return llvm::any_of(invokers(unit, spawner), [&](const Invocation &each) {
      return each.execution == Execution::Handler &&
             spawner.decl == parameter.getDeclContext();
    });
  }

  bool isOutlived(const VarDecl &referent) {
    const Function *owner = ownerFunction(referent);
    if (!owner)
      return false;
    // What encloses the spawner may well wait for it, as `run` does.
    if (owner != &spawner)
      return false;
    if (const Loop *loop = loopOf(referent))
      return !isJoinedIn(*loop) && !isJoinedAtAnEnd(loop);
    return !isAlwaysJoined(unit, spawn) && !isAskedFor() &&
           !isJoinedAtAnEnd(nullptr) && !isJoinedWhereSpawned() &&
           poorestWay(unit, spawner, *start.site, {});
  }

  // `if (wanted) …spawn…; if (wanted) …wait…`: they may well go together.
  bool isJoinedWhereSpawned() const {
    return !isUnconditional(unit, start.site) &&
           llvm::any_of(joinsOf(unit, spawn), [&](const Join &join) {
             return !join.limited && !isUnconditional(unit, join.site);
           });
  }

  // Of what owns the group, or of a closure that waits; in `loop`, if that is
  // given.
  bool isJoinedAtAnEnd(const Loop *loop) const {
    return llvm::any_of(
        joinedThrough(unit, spawn), [&](const ValueDecl *token) {
          const auto *variable = dyn_cast<VarDecl>(token);
          return variable &&
                 (!loop || sm.isPointWithin(variable->getLocation(),
                                            loop->stmt->getBeginLoc(),
                                            loop->stmt->getEndLoc())) &&
                 (joinsAtItsEnd(unit, variable->getType()) ||
                  isLeftToClosure(unit, spawn, *variable));
        });
  }

  const Function *ownerFunction(const VarDecl &referent) const {
    for (const Function *fn = &spawner; fn; fn = fn->enclosing)
      if (fn->decl && fn->decl == referent.getDeclContext())
        return fn;
    return nullptr;
  }

  // The loop each round of which makes the variable anew, or that it counts.
  const Loop *loopOf(const VarDecl &referent) const {
    for (const Loop &loop : loops(unit, spawner)) {
      if (!unit.isWithin(start.site, loop.stmt))
        continue;
      SourceLocation place = referent.getLocation();
      if (sm.isPointWithin(place, loop.stmt->getBeginLoc(),
                           loop.stmt->getEndLoc()))
        return &loop;
    }
    return nullptr;
  }

  bool isJoinedIn(const Loop &loop) {
    return llvm::any_of(joinsOf(unit, spawn),
                        [&](const Join &join) {
                          return !join.limited &&
                                 unit.isWithin(join.site, loop.stmt);
                        }) ||
           isAskedFor();
  }

  // Something that both sides have is waited for, or asked in a loop's
  // condition: whether in time is more than can be told.
  bool isAskedFor() const {
    auto isShared = [&](const ValueDecl *decl) {
      return decl && (isCaptured(*decl) || isMadeOfCaptured(*decl));
    };
    for (const Call *call : spawner.calls) {
      if (!sm.isBeforeInTranslationUnit(start.site->getEndLoc(),
                                        call->site->getEndLoc()))
        continue;
      RoleSet roles = unit.roles(*call);
      bool waits = roles.hasAny({Role::Suspends, Role::Blocks, Role::Joins}) &&
                   !roles.hasAny({Role::TakesLock, Role::Sends, Role::Spawns});
      if (waits && isShared(objectOf(*call)))
        return true;
      // A predicate that another function may ask until it holds.
      if (!roles.has(Role::Spawns) &&
          llvm::any_of(call->args(), [&](const Expr *argument) {
            const LambdaExpr *asked = lambdaIn(argument);
            return asked &&
                   llvm::any_of(captures(*asked), [&](const Capture &each) {
                     return isShared(each.variable);
                   });
          }))
        return true;
    }
    for (const Loop &loop : loops(unit, spawner))
      if (sm.isBeforeInTranslationUnit(start.site->getEndLoc(),
                                       loop.stmt->getBeginLoc()))
        for (const Expr *condition : endsOn(loop))
          if (tells(*condition))
            return true;
    return false;
  }

  bool isCaptured(const ValueDecl &decl) const {
    return llvm::any_of(captures(lambda), [&](const Capture &each) {
      return each.variable == &decl ||
             (each.init && namedBy(each.init) == &decl);
    });
  }

  // `auto future = promise.get_future();`
  bool isMadeOfCaptured(const ValueDecl &decl) const {
    const auto *variable = dyn_cast<VarDecl>(&decl);
    const Expr *init =
        variable && variable->isLocalVarDecl() ? variable->getInit() : nullptr;
    const Call *made =
        init ? unit.call(init->IgnoreUnlessSpelledInSource()) : nullptr;
    const ValueDecl *maker = made ? objectOf(*made) : nullptr;
    return maker && variable->getType()->isRecordType() && isCaptured(*maker);
  }

  // What a loop asks says something about the task.
  bool tells(const Expr &condition) const {
    return llvm::any_of(captures(lambda),
                        [&](const Capture &each) {
                          return each.variable &&
                                 mentions(&condition, each.variable);
                        }) ||
           llvm::any_of(joinedThrough(unit, spawn),
                        [&](const ValueDecl *token) {
                          return mentions(&condition, token);
                        });
  }

  // Also where it becomes a std::function on its way.
  static const LambdaExpr *lambdaIn(const Expr *expr) {
    expr = expr->IgnoreUnlessSpelledInSource();
    while (const auto *made = dyn_cast<CXXConstructExpr>(expr)) {
      if (made->getNumArgs() == 0)
        return nullptr;
      expr = made->getArg(0)->IgnoreUnlessSpelledInSource();
    }
    return dyn_cast<LambdaExpr>(expr);
  }

  // What the wait is made on goes to code that is not in view, or is another
  // object's: somebody there may wait in time.
  bool isAwaitedElsewhere() const {
    for (const ValueDecl *token : joinedThrough(unit, spawn)) {
      const auto *variable = dyn_cast<VarDecl>(token);
      if (!variable || !variable->isLocalVarDecl() ||
          variable->getType()->isReferenceType() || escapes(unit, variable))
        return true;
    }
    if (isWaitedForByPart())
      return true;
    // A future that is returned, stored or passed on.
    const Expr *made = start.expr();
    if (!made || made->getType()->isVoidType())
      return false;
    for (const Stmt *up = unit.parent(made); up; up = unit.parent(up))
      if (isa<ReturnStmt, CallExpr, CXXConstructExpr, InitListExpr,
              BinaryOperator>(up))
        return joinsOf(unit, spawn).empty();
    return false;
  }

  // `app.tasks.spawn(…)`, and `app.tasks.wait()`: the parts of an object have
  // no names of their own.
  bool isWaitedForByPart() const {
    llvm::SmallVector<const VarDecl *, 2> owners;
    auto add = [&](const Call &call, RoleSet wanted) {
      const VarDecl *owner = unit.roles(call).hasAny(wanted) && !objectOf(call)
                                 ? rootOf(call.object())
                                 : nullptr;
      if (owner)
        owners.push_back(owner);
      return owner && joinsAtItsEnd(unit, call.object()->getType());
    };
    for (const Call *call : spawn.path)
      if (add(*call, {Role::CountsUp}))
        return true;
    for (const Call *call : spawn.task->calls)
      add(*call, {Role::CountsDown, Role::Sends, Role::Closes, Role::Signals});
    return llvm::any_of(spawner.calls, [&](const Call *call) {
      return sm.isBeforeInTranslationUnit(start.site->getEndLoc(),
                                          call->site->getEndLoc()) &&
             unit.roles(*call).hasAny(
                 {Role::Joins, Role::Receives, Role::Suspends}) &&
             llvm::is_contained(owners, rootOf(call->object()));
    });
  }

  static const VarDecl *rootOf(const Expr *expr) {
    const auto *named = expr ? dyn_cast<DeclRefExpr>(wholeOf(expr)) : nullptr;
    return named ? dyn_cast<VarDecl>(named->getDecl()) : nullptr;
  }

  Unit &unit;
  const Spawn &spawn;
  const LambdaExpr &lambda;
  const Call &start;
  const Function &spawner;
  const SourceManager &sm;
  std::vector<DanglingCapture> found;
};

} // namespace

std::vector<DanglingCapture> danglingCaptures(Unit &unit, const Spawn &spawn) {
  // Also one that a local variable holds.
  const Function *task = spawn.task;
  if (!task || !task->lambda || task->enclosing != spawn.path.front()->caller)
    return {};
  return Finder(unit, spawn, *task->lambda).find();
}

} // namespace heddle::checks
