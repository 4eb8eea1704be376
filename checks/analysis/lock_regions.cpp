#include "analysis/lock_regions.h"

#include "analysis/callables.h"
#include "analysis/lock_effects.h"
#include "analysis/suspends.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"

#include <map>
#include <queue>

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// The locks that are held on every path to a place, by identity; the value is
// the number of the acquisition that took the lock first.
using Held = std::map<std::string, unsigned>;

Held meet(const Held &a, const Held &b) {
  Held both;
  for (const auto &[lock, acquisition] : a)
    if (b.contains(lock))
      both.emplace(lock, acquisition);
  return both;
}

// One acquisition, while its region is being put together.
struct Acquisition {
  LockEffect effect;
  const Stmt *stmt = nullptr;
  SourceLocation location;
  const VarDecl *guard = nullptr;
};

class RegionFinder {
public:
  RegionFinder(Unit &unit, const Function &fn)
      : unit(unit), fn(fn), effects(unit), cfg(*unit.cfg(fn)) {}

  std::vector<LockRegion> find() {
    solve();
    recording = true;
    for (const CFGBlock *block : cfg)
      if (auto entry = entries.find(block); entry != entries.end())
        transfer(*block, entry->second);
    return assemble();
  }

private:
  void solve() {
    entries[&cfg.getEntry()] = heldOnEntry();
    std::queue<const CFGBlock *> pending({&cfg.getEntry()});
    while (!pending.empty()) {
      const CFGBlock *block = pending.front();
      pending.pop();
      Held out = transfer(*block, entries[block]);
      unsigned index = 0;
      for (const CFGBlock::AdjacentBlock &edge : block->succs()) {
        unsigned branch = index++;
        const CFGBlock *next = edge.getReachableBlock();
        if (!next)
          continue;
        Held in = alongBranch(*block, branch, out);
        auto [known, fresh] = entries.try_emplace(next, in);
        if (fresh) {
          pending.push(next);
          continue;
        }
        Held met = meet(known->second, in);
        if (met.size() != known->second.size()) {
          known->second = std::move(met);
          pending.push(next);
        }
      }
    }
  }

  Held heldOnEntry() {
    Held held;
    if (fn.decl)
      for (const LockEffect &effect : effects.onEntry(*fn.decl))
        held.emplace(effect.lock.identity,
                     number({effect, nullptr, fn.location(), nullptr}));
    return held;
  }

  // A statement's acquisition keeps its number over all passes.
  unsigned number(Acquisition acquisition) {
    for (auto [index, known] : enumerate(acquisitions))
      if (known.stmt == acquisition.stmt &&
          known.effect.lock.identity == acquisition.effect.lock.identity)
        return index;
    acquisitions.push_back(std::move(acquisition));
    return acquisitions.size() - 1;
  }

  // A lock that is held already, as one to adopt, stays with who took it first.
  void take(Held &held, Acquisition acquisition) {
    std::string lock = acquisition.effect.lock.identity;
    if (!held.contains(lock))
      held.emplace(lock, number(std::move(acquisition)));
  }

  Held transfer(const CFGBlock &block, Held held) {
    for (const CFGElement &element : block) {
      if (auto statement = element.getAs<CFGStmt>())
        step(*statement->getStmt(), held);
      else if (auto init = element.getAs<CFGInitializer>())
        stepInitializer(*init->getInitializer(), held);
      else if (auto end = element.getAs<CFGAutomaticObjDtor>())
        stepDestructor(*end->getVarDecl(), held);
    }
    return held;
  }

  void step(const Stmt &stmt, Held &held) {
    if (const auto *declaration = dyn_cast<DeclStmt>(&stmt)) {
      for (const Decl *decl : declaration->decls())
        if (const auto *variable = dyn_cast<VarDecl>(decl))
          declare(*variable, *declaration, held);
      return;
    }
    const auto *expr = dyn_cast<Expr>(&stmt);
    const Call *call = expr ? unit.call(expr) : nullptr;
    if (!call || call->site != &stmt) {
      dropEscaping(stmt, held);
      return;
    }
    CallEffects done = effects.of(*call);
    if (done.guard && done.escapes) {
      drop(*done.guard, held);
      return;
    }
    dropReleasable(*call, held);
    if (!done.onlyLocks || suspendsForLock(unit, *call))
      record(*call, held, passedLocks(*call));
    for (const LockEffect &effect : done.effects)
      apply(effect, stmt, call, done.guard, held);
  }

  // A method of the same object that is not in view may unlock what no guard
  // holds.
  void dropReleasable(const Call &call, Held &held) const {
    const auto *method = dyn_cast<CXXMemberCallExpr>(call.site);
    if (!method || call.object() || unit.function(call.callee))
      return;
    std::erase_if(held, [&](const auto &entry) {
      return StringRef(entry.first).starts_with("this.") &&
             !acquisitions[entry.second].guard;
    });
  }

  void stepInitializer(const CXXCtorInitializer &init, Held &held) {
    // A guard that is a member holds its lock to the end of the object's life.
    if (init.getMember() && effects.isGuard(init.getMember()->getType()))
      for (const LockEffect &effect : effects.ofInitialiser(*init.getInit()))
        apply(effect, *init.getInit(), nullptr, nullptr, held);
  }

  void declare(const VarDecl &variable, const DeclStmt &site, Held &held) {
    for (const LockEffect &effect : effects.ofDeclaration(variable))
      apply(effect, site, nullptr, &variable, held);
  }

  void stepDestructor(const VarDecl &variable, Held &held) {
    if (effects.isGuard(variable.getType())) {
      for (const LockName &lock : effects.locksOf(variable))
        held.erase(lock.identity);
      return;
    }
    for (const Call *call : fn.calls)
      if (call->destroyed == &variable)
        record(*call, held, {});
  }

  void apply(const LockEffect &effect, const Stmt &site, const Call *call,
             const VarDecl *guard, Held &held) {
    switch (effect.kind) {
    case LockOperation::Acquire: {
      SourceLocation location = call    ? call->location()
                                : guard ? guard->getLocation()
                                        : site.getBeginLoc();
      take(held, {effect, &site, location, guard});
      return;
    }
    case LockOperation::Release: {
      auto found = held.find(effect.lock.identity);
      if (found == held.end())
        return;
      if (recording && call)
        releases[found->second].insert(call);
      held.erase(found);
      return;
    }
    case LockOperation::TryAcquire:
    case LockOperation::Requires:
      return;
    }
  }

  // A try_lock() that decides a branch acquires along one of its sides.
  Held alongBranch(const CFGBlock &block, unsigned branch, Held held) {
    if (block.succ_size() != 2)
      return held;
    const Expr *condition = block.getLastCondition();
    if (!condition)
      return held;
    std::optional<TriedLock> tried = effects.tried(*condition);
    if (!tried)
      return held;
    bool acquired = (branch == 0) == tried->heldWhenTrue;
    for (const LockEffect &effect : tried->effects) {
      if (!acquired) {
        held.erase(effect.lock.identity);
        continue;
      }
      take(held,
           {effect, tried->site, tried->site->getBeginLoc(), tried->guard});
    }
    return held;
  }

  // Returned, a guard takes its lock along.
  void dropEscaping(const Stmt &stmt, Held &held) {
    const auto *result = dyn_cast<ReturnStmt>(&stmt);
    const Expr *value = result ? result->getRetValue() : nullptr;
    if (!value)
      return;
    if (const auto *ref =
            dyn_cast<DeclRefExpr>(value->IgnoreUnlessSpelledInSource()))
      if (const auto *variable = dyn_cast<VarDecl>(ref->getDecl()))
        if (effects.isGuard(variable->getType()))
          drop(*variable, held);
  }

  void drop(const VarDecl &guard, Held &held) {
    dropped.insert(&guard);
    for (const LockName &lock : effects.locksOf(guard))
      held.erase(lock.identity);
  }

  // The locks that a call is on, or is given, or a guard of: it may release
  // them, as waiting on a condition does.
  std::vector<std::string> passedLocks(const Call &call) const {
    std::vector<std::string> passed;
    if (call.object())
      passed.push_back(effects.name(call.object()).identity);
    for (const Expr *argument : call.args()) {
      const auto *ref =
          dyn_cast<DeclRefExpr>(argument->IgnoreUnlessSpelledInSource());
      const auto *variable = ref ? dyn_cast<VarDecl>(ref->getDecl()) : nullptr;
      if (variable && effects.isGuard(variable->getType()))
        for (const LockName &lock : effects.locksOf(*variable))
          passed.push_back(lock.identity);
      passed.push_back(effects.name(argument).identity);
    }
    return passed;
  }

  void record(const Call &call, const Held &held,
              ArrayRef<std::string> passed) {
    if (!recording)
      return;
    for (const auto &[lock, acquisition] : held)
      if (!is_contained(passed, lock))
        calls[acquisition].insert(&call);
  }

  std::vector<LockRegion> assemble() {
    const SourceManager &sources = unit.context().getSourceManager();
    std::vector<LockRegion> regions;
    for (auto [index, acquisition] : enumerate(acquisitions)) {
      LockRegion &region = regions.emplace_back();
      region.lock = acquisition.effect.lock.text;
      region.identity = acquisition.effect.lock.identity;
      region.variable = acquisition.effect.lock.variable;
      region.function = &fn;
      region.acquire = acquisition.stmt;
      region.acquired = acquisition.location;
      region.guard = acquisition.guard;
      region.shared = acquisition.effect.shared;
      region.threadBound = acquisition.effect.threadBound(unit);
      region.calls.assign(calls[index].begin(), calls[index].end());
      region.releases.assign(releases[index].begin(), releases[index].end());
      auto earlier = [&](const Call *a, const Call *b) {
        return sources.isBeforeInTranslationUnit(a->location(), b->location());
      };
      llvm::stable_sort(region.calls, earlier);
      llvm::stable_sort(region.releases, earlier);
      region.statements = statementsOf(region);
    }
    llvm::stable_sort(regions, [&](const LockRegion &a, const LockRegion &b) {
      return sources.isBeforeInTranslationUnit(a.acquired, b.acquired);
    });
    return regions;
  }

  std::optional<StatementRange> statementsOf(const LockRegion &region) const {
    const auto *statement = region.acquire;
    if (!statement || (!isa<DeclStmt>(statement) && !isa<Expr>(statement)))
      return std::nullopt;
    const auto *block =
        dyn_cast_or_null<CompoundStmt>(statementParent(statement));
    if (!block)
      return std::nullopt;
    auto at = [&](const Stmt *child) {
      return unsigned(llvm::find(block->body(), child) - block->body_begin());
    };
    unsigned first = at(statement) + 1, last = block->size();
    if (region.guard && isa<DeclStmt>(statement)) {
      if (!region.releases.empty() || dropped.contains(region.guard))
        return std::nullopt;
      return StatementRange{block, first, last};
    }
    // Released once at the block's own level; releases before that are early
    // exits.
    for (const Call *release : region.releases) {
      const Stmt *whole = release->site;
      if (statementParent(whole) == block && at(whole) >= first) {
        if (last != block->size())
          return std::nullopt;
        last = at(whole);
      }
    }
    if (last == block->size())
      return std::nullopt;
    return StatementRange{block, first, last};
  }

  // The parent of the full statement that `stmt` is, which it is given as.
  const Stmt *statementParent(const Stmt *&stmt) const {
    const Stmt *up = unit.parent(stmt);
    while (up && isa<ExprWithCleanups>(up)) {
      stmt = up;
      up = unit.parent(up);
    }
    return up;
  }

  Unit &unit;
  const Function &fn;
  LockEffects effects;
  const CFG &cfg;
  bool recording = false;
  std::vector<Acquisition> acquisitions;
  DenseMap<const CFGBlock *, Held> entries;
  DenseSet<const VarDecl *> dropped;
  std::map<unsigned, SetVector<const Call *>> calls, releases;
};

class LockRegions {
public:
  explicit LockRegions(Unit &unit) : unit(unit) {}

  ArrayRef<LockRegion> of(const Function &fn) {
    auto [slot, fresh] = known.try_emplace(&fn);
    if (fresh && mayLock(fn) && unit.cfg(fn))
      slot->second = RegionFinder(unit, fn).find();
    return slot->second;
  }

private:
  // Most functions take no lock: no need to build their flow.
  bool mayLock(const Function &fn) {
    LockEffects effects(unit);
    return fn.decl &&
           (!effects.onEntry(*fn.decl).empty() ||
            any_of(fn.calls, [&](const Call *call) {
              CallEffects done = effects.of(*call);
              return call->destroyed
                         ? effects.isGuard(call->destroyed->getType())
                         : done.onlyLocks || !done.effects.empty();
            }));
  }

  Unit &unit;
  std::map<const Function *, std::vector<LockRegion>> known;
};

} // namespace

ArrayRef<Stmt *> StatementRange::statements() const {
  return {const_cast<CompoundStmt *>(block)->body_begin() + first,
          last - first};
}

ArrayRef<LockRegion> lockRegions(Unit &unit, const Function &fn) {
  return unit.get<LockRegions>().of(fn);
}

} // namespace heddle::checks
