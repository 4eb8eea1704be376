#include "analysis/joins.h"

#include "analysis/timers.h"
#include "analysis/uses.h"
#include "analysis/ways.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

#include <set>
#include <tuple>

using namespace clang;

namespace heddle::checks {
namespace {

// Helpers around helpers; ends recursive ones.
constexpr unsigned maxDepth = 5;

using Bindings = llvm::DenseMap<const ValueDecl *, const ValueDecl *>;

/// Behind references and renamed captures.
const ValueDecl *originOf(const ValueDecl *decl, const Bindings &bound) {
  for (unsigned step = 0; decl && step < maxDepth; ++step) {
    if (auto found = bound.find(decl); found != bound.end())
      return found->second;
    const auto *variable = dyn_cast<VarDecl>(decl);
    if (!variable || !variable->getInit() ||
        !(variable->isInitCapture() || variable->getType()->isReferenceType()))
      return decl;
    const Expr *init = variable->getInit()->IgnoreImplicit();
    if (const auto *copy = dyn_cast<CXXConstructExpr>(init))
      init = copy->getNumArgs() == 1 ? copy->getArg(0) : init;
    const ValueDecl *next = namedBy(init);
    if (!next)
      return decl;
    decl = next;
  }
  return decl;
}

/// A call on an object, made by a function or by what it runs before it
/// returns.
struct ObjectCall {
  const Call *call;
  /// In terms of that function.
  const ValueDecl *object;
  /// The call of that function that leads there.
  const Call *top;
};

class ObjectCalls {
public:
  explicit ObjectCalls(Unit &unit) : unit(unit) {}

  std::vector<ObjectCall> of(const Function &fn) {
    collect(fn, Bindings(), nullptr, 0);
    return std::move(found);
  }

private:
  void collect(const Function &fn, const Bindings &bound, const Call *top,
               unsigned depth) {
    for (const Call *call : fn.calls) {
      const Call *first = top ? top : call;
      const ValueDecl *object =
          call->destroyed ? call->destroyed : objectOf(*call);
      if (object)
        found.push_back({call, originOf(object, bound), first});
      if (depth == maxDepth)
        continue;
      for (const Invocation &next : invocations(unit, *call)) {
        if (!runsDuringCall(next.execution))
          continue;
        Bindings inner = bound;
        Visit visit = {next.target, first, {}};
        if (!next.argument && next.target->decl)
          for (auto [parameter, argument] :
               llvm::zip(next.target->decl->parameters(), call->args()))
            if (const ValueDecl *named = namedBy(argument)) {
              inner[parameter] = originOf(named, bound);
              std::get<2>(visit).push_back(inner[parameter]);
            }
        if (visited.insert(std::move(visit)).second)
          collect(*next.target, inner, first, depth + 1);
      }
    }
  }

  // Many ways lead to a function; with the same objects, one tells all.
  using Visit = std::tuple<const Function *, const Call *,
                           std::vector<const ValueDecl *>>;

  Unit &unit;
  std::set<Visit> visited;
  std::vector<ObjectCall> found;
};

/// What a task does for those who wait for it.
bool serves(RoleSet roles) {
  return roles.hasAny(
             {Role::CountsDown, Role::Sends, Role::Closes, Role::Signals}) &&
         !roles.has(Role::Spawns);
}

bool waits(RoleSet roles) {
  return roles.hasAny({Role::Joins, Role::Receives}) ||
         (roles.has(Role::Suspends) &&
          !roles.hasAny({Role::Sends, Role::Spawns, Role::TakesLock,
                         Role::CountsUp, Role::AcquiresSlot}));
}

bool hasArguments(const Call &call) {
  return llvm::any_of(call.args(), [](const Expr *argument) {
    return !isa<CXXDefaultArgExpr>(argument);
  });
}

class Finder {
public:
  Finder(Unit &unit, const Spawn &spawn)
      : unit(unit), spawn(spawn), start(*spawn.path.front()),
        spawner(*start.caller), sm(unit.context().getSourceManager()) {
    findTokens();
  }

  llvm::SmallVector<const ValueDecl *, 2> tokens;

  llvm::SmallVector<Join, 2> find() {
    if (const Call *use = resultUser(); use && waits(unit.roles(*use)))
      joins.push_back({use->site, use, nullptr, hasArguments(*use)});
    for (const ObjectCall &each : ObjectCalls(unit).of(spawner))
      if (isBehind(*each.top->site) || each.top->destroyed)
        addWait(each);
    for (const Loop &loop : loops(unit, spawner))
      if (isBehind(*loop.stmt))
        addLoop(loop);
    for (const Call *call : spawner.calls)
      if (isBehind(*call->site))
        addCase(*call);
    llvm::stable_sort(joins, [&](const Join &a, const Join &b) {
      return sm.isBeforeInTranslationUnit(a.site->getBeginLoc(),
                                          b.site->getBeginLoc());
    });
    return std::move(joins);
  }

private:
  void findTokens() {
    for (const Call *call : spawn.path)
      if (unit.roles(*call).has(Role::CountsUp))
        addToken(objectOf(*call));
    addToken(futureMade());
    if (const Call *use = resultUser(); use && !waits(unit.roles(*use)))
      addToken(objectOf(*use));
    if (!spawn.task)
      return;
    for (const ObjectCall &each : ObjectCalls(unit).of(*spawn.task))
      if (serves(unit.roles(*each.call)))
        addToken(each.object);
    // `[count = Count(group)]`: what is destroyed with the task.
    for (const ObjectCall &each : ObjectCalls(unit).of(*spawn.task))
      if (each.call->destroyed)
        addHeldBy(*each.call->destroyed);
  }

  // Also one that an `if` declares.
  const VarDecl *futureMade() const {
    const Stmt *up = start.site;
    while (isa_and_nonnull<Expr>(up))
      up = unit.parent(up);
    const auto *declared = dyn_cast_or_null<DeclStmt>(up);
    return declared && declared->isSingleDecl()
               ? dyn_cast<VarDecl>(declared->getSingleDecl())
               : nullptr;
  }

  // A guard that counts down when the task ends.
  void addHeldBy(const VarDecl &guard) {
    const Function *end =
        unit.function(guard.getType()->getAsCXXRecordDecl()->getDestructor());
    const Expr *init = guard.getInit();
    if (!end || !init || llvm::none_of(end->calls, [&](const Call *call) {
          return serves(unit.roles(*call));
        }))
      return;
    for (const ValueDecl *decl : touchedBy(unit, init).mentioned)
      addToken(originOf(decl, Bindings()));
  }

  void addToken(const ValueDecl *decl) {
    if (decl && !llvm::is_contained(tokens, decl))
      tokens.push_back(decl);
  }

  const Call *resultUser() const {
    const Expr *made = start.expr();
    if (!made || made->getType()->isVoidType())
      return nullptr;
    const Call *use = userOf(unit, *made);
    return use && use != &start ? use : nullptr;
  }

  bool isBehind(const Stmt &stmt) const {
    return sm.isBeforeInTranslationUnit(start.site->getEndLoc(),
                                        stmt.getEndLoc());
  }

  void addWait(const ObjectCall &each) {
    RoleSet roles = unit.roles(*each.call);
    if (!waits(roles))
      return;
    if (const ValueDecl *token = tokenOf(each))
      joins.push_back({each.top->site,
                       each.call->destroyed ? nullptr : each.call, token,
                       hasArguments(*each.call)});
  }

  const ValueDecl *tokenOf(const ObjectCall &each) const {
    for (const ValueDecl *token : tokens) {
      if (each.object == token)
        return token;
      if (const Expr *object = each.call->object();
          object && mentions(object, token))
        return token;
      const auto *variable = dyn_cast<VarDecl>(each.object);
      if (variable && goesOver(*variable, token))
        return token;
    }
    return nullptr;
  }

  // `for (auto &future : futures)`
  bool goesOver(const VarDecl &variable, const ValueDecl *token) const {
    return llvm::any_of(loops(unit, spawner), [&](const Loop &loop) {
      const auto *range = dyn_cast<CXXForRangeStmt>(loop.stmt);
      return range && range->getLoopVariable() == &variable &&
             mentions(range->getRangeInit(), token);
    });
  }

  void addLoop(const Loop &loop) {
    const auto *range = dyn_cast<CXXForRangeStmt>(loop.stmt);
    if (!range || !receiving(unit, loop))
      return;
    for (const ValueDecl *token : tokens)
      if (mentions(range->getRangeInit(), token))
        joins.push_back({loop.stmt, nullptr, token});
  }

  // A case of a select.
  void addCase(const Call &call) {
    if (!call.callee || tableName(*call.callee) != "heddle::on_receive" ||
        call.args().empty())
      return;
    for (const ValueDecl *token : tokens)
      if (mentions(call.args()[0], token))
        joins.push_back({call.site, &call, token, true});
  }

  Unit &unit;
  const Spawn &spawn;
  const Call &start;
  const Function &spawner;
  const SourceManager &sm;
  llvm::SmallVector<Join, 2> joins;
};

// Nothing is known to run it, or what runs it does so at the end of a scope.
bool isKept(Unit &unit, const Function &closure) {
  llvm::ArrayRef<Invocation> all = invokers(unit, closure);
  return llvm::all_of(all,
                      [](const Invocation &invoker) {
                        return invoker.execution == Execution::Unknown;
                      }) ||
         llvm::any_of(all, [&](const Invocation &invoker) {
           return unit.roles(*invoker.call).has(Role::Defers);
         });
}

} // namespace

llvm::SmallVector<Join, 2> joinsOf(Unit &unit, const Spawn &spawn) {
  return Finder(unit, spawn).find();
}

llvm::SmallVector<const ValueDecl *, 2> joinedThrough(Unit &unit,
                                                      const Spawn &spawn) {
  return Finder(unit, spawn).tokens;
}

bool isAlwaysJoined(Unit &unit, const Spawn &spawn) {
  llvm::SmallVector<const Stmt *> barriers;
  for (const Join &join : joinsOf(unit, spawn)) {
    if (join.limited)
      continue;
    // The end of a scope comes on every way.
    if (isa<DeclStmt>(join.site))
      return true;
    barriers.push_back(join.site);
  }
  const Call &start = *spawn.path.front();
  return !barriers.empty() &&
         !avoids(unit, *start.caller, *start.site, barriers);
}

bool isDetached(Unit &unit, const Spawn &spawn) {
  for (const ValueDecl *token : joinedThrough(unit, spawn)) {
    const auto *variable = dyn_cast<VarDecl>(token);
    bool isLocal = variable && variable->isLocalVarDecl() &&
                   !variable->getType()->isReferenceType();
    if (!isLocal || escapes(unit, variable))
      return false;
  }
  const Call &start = *spawn.path.front();
  const Expr *made = start.expr();
  if (made && !made->getType()->isVoidType())
    for (const Stmt *up = unit.parent(made); up; up = unit.parent(up))
      if (isa<ReturnStmt, CallExpr, CXXConstructExpr>(up))
        return false;
  return joinsOf(unit, spawn).empty();
}

bool joinsAtItsEnd(Unit &unit, QualType type) {
  const CXXRecordDecl *record = type->getAsCXXRecordDecl();
  if (!record || !record->hasDefinition())
    return false;
  const auto *owner = dyn_cast<ClassTemplateSpecializationDecl>(record);
  if (owner && llvm::is_contained({"std::unique_ptr", "std::shared_ptr",
                                   "std::optional", "std::vector"},
                                  tableName(*record)))
    return joinsAtItsEnd(unit, owner->getTemplateArgs()[0].getAsType());
  const CXXDestructorDecl *end = record->getDestructor();
  return end && unit.roles(end).has(Role::Joins);
}

bool isLeftToClosure(Unit &unit, const Spawn &spawn, const VarDecl &token) {
  const Function *spawner = spawn.path.front()->caller;
  return llvm::any_of(unit.functions(), [&](const Function *fn) {
    return fn->lambda && fn->enclosing == spawner && fn != spawn.task &&
           isKept(unit, *fn) && llvm::any_of(fn->calls, [&](const Call *call) {
             return objectOf(*call) == &token &&
                    unit.roles(*call).has(Role::Joins);
           });
  });
}

} // namespace heddle::checks
