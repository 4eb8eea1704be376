#include "analysis/suspends.h"

#include "analysis/callables.h"
#include "analysis/descriptors.h"
#include "model/locks.h"

#include "clang/AST/DeclCXX.h"
#include "clang/Index/USRGeneration.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

enum Effect { Suspends, Blocks, HandsOff, Yields, LockWait, ThreadNeed };
constexpr unsigned numEffects = ThreadNeed + 1;
constexpr llvm::StringLiteral effectNames[numEffects] = {
    "suspends",          "blocks",      "hands_off", "yields",
    "suspends_for_lock", "needs_thread"};

// Who says what it does is believed: its body is not looked into.
constexpr RoleSet declaring = {Role::Suspends, Role::Blocks, Role::Yields,
                               Role::TakesLock, Role::ReturnsAtOnce};

class Effects {
public:
  explicit Effects(Unit &unit) : unit(unit) {
    for (unsigned effect = 0; effect < numEffects; ++effect)
      spread(Effect(effect));
  }

  std::optional<CallPath> path(const Call &call, Effect effect) const {
    if (isDirect(call, effect))
      return CallPath{{&call}};
    const Function *target = nextOf(call, effect);
    if (!target)
      return std::nullopt;
    CallPath path = {{&call}};
    while (target) {
      const Call *next = via[effect].lookup(target);
      if (!next)
        break;
      path.calls.push_back(next);
      target = isDirect(*next, effect) ? nullptr : nextOf(*next, effect);
    }
    return path;
  }

  std::vector<Summary> summaries() const {
    std::map<std::string, Summary> byUsr;
    for (const Function *fn : unit.functions()) {
      if (!fn->decl)
        continue;
      for (unsigned effect = 0; effect < numEffects; ++effect) {
        auto found = via[effect].find(fn);
        if (found == via[effect].end())
          continue;
        std::string usr = usrOf(*fn->decl);
        Summary &summary = byUsr[usr];
        summary.usr = usr;
        summary.name = fn->name();
        const Call *next = found->second;
        const Function *target = next && !isDirect(*next, Effect(effect))
                                     ? nextOf(*next, Effect(effect))
                                     : nullptr;
        const FunctionDecl *cause = target ? target->decl
                                    : next ? next->callee
                                           : nullptr;
        summary.effects.emplace_back(effectNames[effect],
                                     cause ? usrOf(*cause) : "");
      }
    }
    std::vector<Summary> all;
    for (auto &[usr, summary] : byUsr)
      all.push_back(std::move(summary));
    return all;
  }

private:
  static std::string usrOf(const Decl &decl) {
    SmallString<128> usr;
    index::generateUSRForDecl(&decl, usr);
    return usr.str().str();
  }

  bool isDirect(const Call &call, Effect effect) const {
    RoleSet roles = unit.roles(call);
    switch (effect) {
    case Suspends:
      return roles.has(Role::Suspends) && !roles.has(Role::TakesLock);
    case Blocks:
      return isBlockingCall(call, roles);
    case HandsOff:
      return roles.has(Role::HandsOff);
    case Yields:
      return roles.has(Role::Yields);
    case LockWait:
      return (roles.has(Role::Suspends) && roles.has(Role::TakesLock)) ||
             locksForTask(call);
    case ThreadNeed:
      return roles.has(Role::NeedsThread);
    }
    return false;
  }

  // A standard guard that is made, other than to defer, to adopt or to try.
  bool locksForTask(const Call &call) const {
    const auto *constructor = dyn_cast_or_null<CXXConstructorDecl>(call.callee);
    if (!constructor || !isDeclaredGuard(*constructor->getParent()) ||
        constructor->isCopyOrMoveConstructor())
      return false;
    auto recordOf = [](const Expr *argument) {
      return argument->getType().getNonReferenceType()->getAsCXXRecordDecl();
    };
    return none_of(call.args(),
                   [&](const Expr *argument) {
                     const CXXRecordDecl *record = recordOf(argument);
                     return record &&
                            StringRef(tableName(*record)).ends_with("_lock_t");
                   }) &&
           any_of(call.args(), [&](const Expr *argument) {
             const CXXRecordDecl *record = recordOf(argument);
             return record && record->hasDefinition() &&
                    any_of(record->methods(), [&](const CXXMethodDecl *method) {
                      RoleSet roles = unit.roles(method);
                      return roles.has(Role::Suspends) &&
                             roles.has(Role::TakesLock);
                    });
           });
  }

  bool isBlockingCall(const Call &call, RoleSet roles) const {
    if (roles.has(Role::Blocks) && !roles.has(Role::TakesLock))
      return !visiblyReturnsAtOnce(unit, call);
    return opensFile(call);
  }

  // A file stream's constructor that is given a name opens it.
  static bool opensFile(const Call &call) {
    const auto *constructor = dyn_cast_or_null<CXXConstructorDecl>(call.callee);
    if (!constructor || call.args().empty() ||
        constructor->isCopyOrMoveConstructor())
      return false;
    return is_contained(
        {"std::basic_ifstream", "std::basic_ofstream", "std::basic_fstream"},
        tableName(*constructor->getParent()));
  }

  // A body that runs during `call` and has the effect.
  const Function *nextOf(const Call &call, Effect effect) const {
    for (const Invocation &invocation : invocations(unit, call))
      if (carries(invocation) && via[effect].contains(invocation.target))
        return invocation.target;
    return nullptr;
  }

  bool carries(const Invocation &invocation) const {
    return runsDuringCall(invocation.execution) &&
           (invocation.argument ||
            !unit.roles(*invocation.call).hasAny(declaring));
  }

  // From the functions that have the effect themselves to their callers,
  // nearest first: paths come out shortest, and recursion needs no care.
  void spread(Effect effect) {
    std::deque<const Function *> pending;
    for (const Function *fn : unit.functions()) {
      auto direct = find_if(
          fn->calls, [&](const Call *call) { return isDirect(*call, effect); });
      if (direct != fn->calls.end())
        via[effect][fn] = *direct;
      else if (effect == ThreadNeed && usesThreadLocal.contains(fn))
        via[effect][fn] = nullptr;
      else
        continue;
      pending.push_back(fn);
    }
    while (!pending.empty()) {
      const Function *fn = pending.front();
      pending.pop_front();
      for (const Invocation &invoker : invokers(unit, *fn))
        if (carries(invoker) &&
            via[effect].try_emplace(invoker.call->caller, invoker.call).second)
          pending.push_back(invoker.call->caller);
    }
  }

  Unit &unit;
  DenseSet<const Function *> usesThreadLocal = threadLocalUsers(unit);
  // The first call on the way to the effect; null for a thread-local's use.
  std::array<DenseMap<const Function *, const Call *>, numEffects> via;

  static DenseSet<const Function *> threadLocalUsers(Unit &unit) {
    DenseSet<const Function *> users;
    for (const VarDecl *variable : unit.threadLocals())
      for (const Expr *mention : unit.mentions(variable))
        if (const Function *fn = unit.functionOf(mention))
          users.insert(fn);
    return users;
  }
};

bool returnsReceived(Unit &unit, const Stmt *stmt, unsigned depth);

bool receivesWithin(Unit &unit, const Call &call, unsigned depth) {
  RoleSet roles = unit.roles(call);
  if (roles.has(Role::Receives))
    return true;
  if (depth == 0 || roles.hasAny(declaring))
    return false;
  const Function *callee = unit.function(call.callee);
  return callee && any_of(callee->returns, [&](const ReturnStmt *result) {
           return returnsReceived(unit, result->getRetValue(), depth - 1);
         });
}

bool returnsReceived(Unit &unit, const Stmt *stmt, unsigned depth) {
  if (!stmt || isa<LambdaExpr>(stmt))
    return false;
  if (const auto *expr = dyn_cast<Expr>(stmt))
    if (const Call *call = unit.call(expr);
        call && receivesWithin(unit, *call, depth))
      return true;
  return any_of(stmt->children(), [&](const Stmt *child) {
    return returnsReceived(unit, child, depth);
  });
}

} // namespace

std::optional<CallPath> suspends(Unit &unit, const Call &call) {
  return unit.get<Effects>().path(call, Suspends);
}

std::optional<CallPath> blocks(Unit &unit, const Call &call) {
  return unit.get<Effects>().path(call, Blocks);
}

std::optional<CallPath> handsOff(Unit &unit, const Call &call) {
  return unit.get<Effects>().path(call, HandsOff);
}

std::optional<CallPath> yields(Unit &unit, const Call &call) {
  return unit.get<Effects>().path(call, Yields);
}

std::optional<CallPath> suspendsForLock(Unit &unit, const Call &call) {
  return unit.get<Effects>().path(call, LockWait);
}

std::optional<CallPath> needsThread(Unit &unit, const Call &call) {
  return unit.get<Effects>().path(call, ThreadNeed);
}

bool receives(Unit &unit, const Call &call) {
  return receivesWithin(unit, call, 4);
}

std::vector<Summary> summaries(Unit &unit) {
  return unit.get<Effects>().summaries();
}

} // namespace heddle::checks
