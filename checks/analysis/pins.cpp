#include "analysis/pins.h"

#include "analysis/callables.h"
#include "analysis/lock_regions.h"
#include "analysis/spawns.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

class Pins {
public:
  explicit Pins(Unit &unit) : unit(unit) {}

  std::vector<PinnedRegion> of(const Function &fn) {
    if (isGuardMember(fn) || isWrapper(fn))
      return {};
    std::vector<PinnedRegion> regions;
    for (const Call *call : fn.calls) {
      if (isGuardConstruction(*call)) {
        if (const VarDecl *guard = variableMadeBy(*call))
          regions.push_back(guardedRegion(fn, *call, *guard));
      } else if (does(*call, Role::Pins)) {
        PinnedRegion region = openRegion(fn, *call);
        if (!region.unpins.empty() || isTaskBody(fn))
          regions.push_back(std::move(region));
      }
    }
    return regions;
  }

  // By its own role, or as a wrapper that does nothing else.
  bool does(const Call &call, Role role) const {
    if (unit.roles(call).has(role))
      return !isa_and_nonnull<CXXConstructorDecl, CXXDestructorDecl>(
          call.callee);
    const Function *body = unit.function(call.callee);
    return body && body->calls.size() == 1 &&
           !isa<CXXConstructorDecl, CXXDestructorDecl>(body->decl) &&
           isa<CompoundStmt>(body->body) &&
           cast<CompoundStmt>(body->body)->size() == 1 &&
           unit.roles(*body->calls.front()).has(role);
  }

  // Its pins are for its callers to undo.
  bool isPartOfPair(const Function &fn) const {
    return isGuardMember(fn) || isWrapper(fn) || hasCounterpart(fn);
  }

private:
  bool has(const Function &fn, Role role) const {
    return any_of(fn.calls,
                  [&](const Call *call) { return does(*call, role); });
  }

  // A method whose class has another that does the opposite: `begin` and `end`.
  bool hasCounterpart(const Function &fn) const {
    const auto *method = dyn_cast_or_null<CXXMethodDecl>(fn.decl);
    return method && !method->getParent()->isLambda() &&
           any_of(method->getParent()->methods(),
                  [&](const CXXMethodDecl *other) {
                    const Function *body = unit.function(other);
                    return body && body != &fn &&
                           ((has(*body, Role::Unpins) && has(fn, Role::Pins)) ||
                            (has(*body, Role::Pins) && has(fn, Role::Unpins)));
                  });
  }

  bool isWrapper(const Function &fn) const {
    const auto *block = dyn_cast<CompoundStmt>(fn.body);
    return block && block->size() == 1 && fn.calls.size() == 1 &&
           unit.roles(*fn.calls.front()).hasAny({Role::Pins, Role::Unpins}) &&
           !isTaskBody(fn);
  }

  bool isTaskBody(const Function &fn) const {
    return (fn.lambda || unit.callsOf(fn.decl).empty()) &&
           any_of(invokers(unit, fn), [](const Invocation &invoker) {
             return invoker.execution == Execution::Spawned ||
                    invoker.execution == Execution::Handler ||
                    invoker.execution == Execution::Main;
           });
  }

  bool isGuard(const CXXRecordDecl *record) const {
    if (!record || !record->hasDefinition())
      return false;
    if (unit.roles(record).has(Role::PinsScope))
      return true;
    const CXXDestructorDecl *destructor = record->getDestructor();
    const Function *end = destructor ? unit.function(destructor) : nullptr;
    return end &&
           any_of(
               end->calls,
               [&](const Call *call) { return does(*call, Role::Unpins); }) &&
           any_of(record->ctors(), [&](const CXXConstructorDecl *constructor) {
             const Function *begin = unit.function(constructor);
             return begin && any_of(begin->calls, [&](const Call *call) {
                      return does(*call, Role::Pins);
                    });
           });
  }

  bool isGuardMember(const Function &fn) const {
    const auto *method = dyn_cast_or_null<CXXMethodDecl>(fn.decl);
    return method && isGuard(method->getParent());
  }

  bool isGuardConstruction(const Call &call) const {
    const auto *constructor = dyn_cast_or_null<CXXConstructorDecl>(call.callee);
    return constructor && isGuard(constructor->getParent());
  }

  const VarDecl *variableMadeBy(const Call &call) const {
    const Stmt *stmt = call.site;
    while (stmt && !isa<DeclStmt>(stmt)) {
      if (isa<LambdaExpr, CompoundStmt>(stmt))
        return nullptr;
      stmt = unit.parent(stmt);
    }
    const auto *declaration = dyn_cast_or_null<DeclStmt>(stmt);
    const auto *variable = declaration && declaration->isSingleDecl()
                               ? dyn_cast<VarDecl>(declaration->getSingleDecl())
                               : nullptr;
    return variable && variable->hasLocalStorage() &&
                   variable->getType()->getAsCXXRecordDecl() ==
                       cast<CXXConstructorDecl>(call.callee)->getParent()
               ? variable
               : nullptr;
  }

  PinnedRegion guardedRegion(const Function &fn, const Call &pin,
                             const VarDecl &guard) const {
    PinnedRegion region = {&pin, &guard, {}, {}};
    const Stmt *declaration = statementOf(unit, pin.site);
    const Stmt *block = declaration ? unit.parent(declaration) : nullptr;
    bool after = false;
    for (const Call *call : fn.calls) {
      if (after && call->destroyed != &guard &&
          unit.isWithin(call->site, block))
        region.calls.push_back(call);
      after |= call == &pin;
    }
    return region;
  }

  // From the pin to the last call that undoes it, or to the end.
  PinnedRegion openRegion(const Function &fn, const Call &pin) const {
    PinnedRegion region = {&pin, nullptr, {}, {}};
    bool after = lexicalLoop(unit, pin.site) != nullptr;
    for (const Call *call : fn.calls) {
      if (call == &pin)
        after = true;
      else if (after && does(*call, Role::Unpins))
        region.unpins.push_back(call);
      else if (after)
        region.calls.push_back(call);
    }
    if (!region.unpins.empty() && !lexicalLoop(unit, pin.site)) {
      auto last = find(fn.calls, region.unpins.back());
      erase_if(region.calls,
               [&](const Call *call) { return find(fn.calls, call) > last; });
    }
    return region;
  }

  Unit &unit;
};

// Follows calls into the bodies that they run.
class Follower {
public:
  explicit Follower(Unit &unit) : unit(unit) {}

  // Whether a task that is not pinned could lose a lock of its thread's there.
  bool holdsThreadLockWhereMoved(const Call &call) {
    return anyBody(call, [&](const Function &fn) {
      return any_of(lockRegions(unit, fn), [&](const LockRegion &region) {
        return region.threadBound &&
               any_of(region.calls, [&](const Call *inner) {
                 return suspends(unit, *inner) || yields(unit, *inner) ||
                        suspendsForLock(unit, *inner);
               });
      });
    });
  }

  void collectUnseen(const Call &call, CallPath path,
                     std::vector<CallPath> &found) {
    path.calls.push_back(&call);
    if (isKnown(call))
      return;
    bool seen = false;
    for (const Invocation &invocation : invocations(unit, call)) {
      seen |= !invocation.argument;
      if (runsDuringCall(invocation.execution) &&
          visited.insert(invocation.target).second)
        for (const Call *inner : invocation.target->calls)
          collectUnseen(*inner, path, found);
    }
    if (!seen)
      found.push_back(std::move(path));
  }

private:
  bool anyBody(const Call &call, function_ref<bool(const Function &)> holds) {
    return any_of(invocations(unit, call), [&](const Invocation &invocation) {
      const Function &fn = *invocation.target;
      return runsDuringCall(invocation.execution) &&
             visited.insert(&fn).second &&
             (holds(fn) || any_of(fn.calls, [&](const Call *inner) {
                return anyBody(*inner, holds);
              }));
    });
  }

  // The library's, the compiler's, and all that says what it does.
  bool isKnown(const Call &call) const {
    const FunctionDecl *callee = call.callee;
    if (!callee)
      return false;
    if (!unit.roles(call).empty() &&
        !unit.roles(call).hasAny(
            {Role::CallsArgument, Role::CallsOnce, Role::CallsInLoop}))
      return true;
    return isStandard(*callee) || callee->getBuiltinID() != 0 ||
           callee->isImplicit() || callee->isDefaulted() ||
           isPartOfAnnotatedClass(*callee) ||
           callee->isReplaceableGlobalAllocationFunction();
  }

  // A class some of whose methods have roles has told all that there is to
  // tell.
  bool isPartOfAnnotatedClass(const FunctionDecl &callee) const {
    const auto *method = dyn_cast<CXXMethodDecl>(&callee);
    return method && any_of(method->getParent()->methods(),
                            [&](const CXXMethodDecl *other) {
                              return !unit.roles(other).empty();
                            });
  }

  Unit &unit;
  DenseSet<const Function *> visited;
};

bool mentionsPin(Unit &unit, const Function &fn) {
  return any_of(fn.calls, [&](const Call *call) {
    const auto *made = dyn_cast_or_null<CXXConstructorDecl>(call->callee);
    return unit.roles(*call).has(Role::Pins) ||
           (made && unit.roles(made->getParent()).has(Role::PinsScope));
  });
}

bool mayBePinned(Unit &unit, const Call &call,
                 DenseSet<const Function *> &visited) {
  const Function &fn = *call.caller;
  std::vector<PinnedRegion> regions = pinnedRegions(unit, fn);
  if (any_of(regions, [&](const PinnedRegion &region) {
        return is_contained(region.calls, &call);
      }))
    return true;
  // A pin that outlives its function.
  if (regions.empty() && mentionsPin(unit, fn))
    return true;
  if (!visited.insert(&fn).second)
    return false;
  return any_of(invokers(unit, fn), [&](const Invocation &invoker) {
    const Function *wrapper =
        invoker.argument ? unit.function(invoker.call->callee) : nullptr;
    return runsDuringCall(invoker.execution) &&
           ((wrapper && mentionsPin(unit, *wrapper)) ||
            mayBePinned(unit, *invoker.call, visited));
  });
}

bool usesErrno(const Call &call) {
  return call.callee && call.callee->getIdentifier() &&
         call.callee->getName() == "__errno_location";
}

} // namespace

std::vector<PinnedRegion> pinnedRegions(Unit &unit, const Function &fn) {
  return unit.get<Pins>().of(fn);
}

bool isPinned(Unit &unit, const Call &call) {
  return any_of(unit.get<Pins>().of(*call.caller),
                [&](const PinnedRegion &region) {
                  return is_contained(region.calls, &call);
                });
}

bool runsPinned(Unit &unit, const Call &call) {
  return unit.roles(call).has(Role::RunsPinned) || isPinned(unit, call);
}

bool pins(Unit &unit, const Call &call) {
  return unit.get<Pins>().does(call, Role::Pins);
}

bool unpins(Unit &unit, const Call &call) {
  return unit.get<Pins>().does(call, Role::Unpins);
}

bool isPartOfPair(Unit &unit, const Function &fn) {
  return unit.get<Pins>().isPartOfPair(fn);
}

bool needsItsThread(Unit &unit, const PinnedRegion &region) {
  const Function &fn = *region.pin->caller;
  bool usesThreadLocal =
      any_of(unit.threadLocals(), [&](const VarDecl *variable) {
        return any_of(unit.mentions(variable), [&](const Expr *mention) {
          return unit.functionOf(mention) == &fn;
        });
      });
  bool holdsLock = any_of(lockRegions(unit, fn), [&](const LockRegion &held) {
    return held.threadBound && any_of(held.calls, [&](const Call *call) {
             return suspends(unit, *call) || yields(unit, *call) ||
                    suspendsForLock(unit, *call);
           });
  });
  Follower follower(unit);
  return usesThreadLocal || holdsLock ||
         any_of(region.calls, [&](const Call *call) {
           return needsThread(unit, *call) || usesErrno(*call) ||
                  follower.holdsThreadLockWhereMoved(*call);
         });
}

bool mayBePinned(Unit &unit, const Call &call) {
  DenseSet<const Function *> visited;
  return mayBePinned(unit, call, visited);
}

bool needsByDeclaration(Unit &unit, const PinnedRegion &region) {
  return none_of(unit.threadLocals(),
                 [&](const VarDecl *variable) {
                   return any_of(
                       unit.mentions(variable), [&](const Expr *mention) {
                         return unit.functionOf(mention) == region.pin->caller;
                       });
                 }) &&
         all_of(region.calls, [&](const Call *call) {
           auto path = needsThread(unit, *call);
           return !path || unit.roles(path->last()).has(Role::NeedsThread);
         });
}

std::vector<CallPath> unseenCalls(Unit &unit, const PinnedRegion &region) {
  std::vector<CallPath> found;
  Follower follower(unit);
  for (const Call *call : region.calls)
    follower.collectUnseen(*call, {}, found);
  return found;
}

} // namespace heddle::checks
