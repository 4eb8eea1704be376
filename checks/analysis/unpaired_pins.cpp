#include "analysis/callables.h"
#include "analysis/hot.h"
#include "analysis/pins.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

#include <queue>

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// Outside of a `try`; what a lambda throws is another matter.
bool throwsVisibly(const Stmt *stmt) {
  if (!stmt || isa<CXXTryStmt, LambdaExpr>(stmt))
    return false;
  return isa<CXXThrowExpr>(stmt) || any_of(stmt->children(), throwsVisibly);
}

class Finder {
public:
  Finder(Unit &unit, const Function &fn) : unit(unit), fn(fn) {
    for (const Call *call : fn.calls) {
      if (pins(unit, *call))
        opened.push_back(call);
      else if (unpins(unit, *call))
        closed.push_back(call);
    }
  }

  std::vector<UnpairedPin> find() {
    if (opened.empty() || opened.size() > 32 || isPartOfPair(unit, fn) ||
        (closed.empty() && !staysBehind()))
      return {};
    const CFG *cfg = unit.cfg(fn);
    if (!cfg)
      return {};
    solve(*cfg);
    std::vector<UnpairedPin> found;
    for (auto [index, pin] : enumerate(opened))
      if (!exits[index].empty() && !isConditional(*pin))
        found.push_back({pin, closed, exits[index]});
    return found;
  }

private:
  // The pins that may be in force, a bit for each of `opened`.
  using Pinned = uint32_t;

  // Without a single unpin, the end of the task may be what is meant, or
  // another function. Where it happens again and again, neither is.
  bool staysBehind() {
    bool unpinnedElsewhere =
        any_of(unit.functions(), [&](const Function *other) {
          return any_of(
                     other->calls,
                     [&](const Call *call) { return unpins(unit, *call); }) &&
                 none_of(other->calls,
                         [&](const Call *call) { return pins(unit, *call); }) &&
                 !isPartOfPair(unit, *other);
        });
    return !unpinnedElsewhere && hot(unit, *opened.front());
  }

  void solve(const CFG &cfg) {
    DenseMap<const CFGBlock *, Pinned> entries = {{&cfg.getEntry(), 0}};
    std::queue<const CFGBlock *> pending({&cfg.getEntry()});
    while (!pending.empty()) {
      const CFGBlock *block = pending.front();
      pending.pop();
      Pinned out = transfer(*block, entries[block], /*recording=*/false);
      for (const CFGBlock::AdjacentBlock &edge : block->succs())
        if (const CFGBlock *next = edge.getReachableBlock()) {
          auto [known, fresh] = entries.try_emplace(next, out);
          if (fresh || (known->second | out) != known->second) {
            known->second |= out;
            pending.push(next);
          }
        }
    }
    exits.resize(opened.size());
    for (auto [block, in] : entries) {
      Pinned out = transfer(*block, in, /*recording=*/true);
      bool leaves = !block->hasNoReturnElement() &&
                    any_of(block->succs(), [&](const auto &edge) {
                      return edge.getReachableBlock() == &cfg.getExit();
                    });
      if (leaves)
        record(out, leavingPlace(*block));
    }
    const SourceManager &sources = unit.context().getSourceManager();
    for (auto &places : exits)
      sort(places, [&](SourceLocation a, SourceLocation b) {
        return sources.isBeforeInTranslationUnit(a, b);
      });
  }

  Pinned transfer(const CFGBlock &block, Pinned pinned, bool recording) {
    for (const CFGElement &element : block) {
      auto statement = element.getAs<CFGStmt>();
      const auto *expr =
          statement ? dyn_cast<Expr>(statement->getStmt()) : nullptr;
      const Call *call = expr ? unit.call(expr) : nullptr;
      if (!call || call->site != expr)
        continue;
      if (auto pin = llvm::find(opened, call); pin != opened.end())
        pinned |= Pinned(1) << (pin - opened.begin());
      else if (is_contained(closed, call) && pinned)
        pinned &= ~(Pinned(1) << (31 - countl_zero(pinned)));
      else if (recording && pinned && !closed.empty() && mayThrow(*call))
        record(pinned, call->location());
    }
    return pinned;
  }

  void record(Pinned pinned, SourceLocation place) {
    for (unsigned index = 0; index < opened.size(); ++index)
      if (pinned >> index & 1 && !is_contained(exits[index], place))
        exits[index].push_back(place);
  }

  bool mayThrow(const Call &call) const {
    const Function *callee = unit.function(call.callee);
    if (!callee || !throwsVisibly(callee->body))
      return false;
    for (const Stmt *up = unit.parent(call.site); up; up = unit.parent(up))
      if (isa<CXXTryStmt>(up))
        return false;
    return true;
  }

  SourceLocation leavingPlace(const CFGBlock &block) const {
    for (const CFGElement &element : reverse(block))
      if (auto statement = element.getAs<CFGStmt>())
        if (isa<ReturnStmt, CXXThrowExpr>(statement->getStmt()))
          return statement->getStmt()->getBeginLoc();
    return fn.body->getEndLoc();
  }

  // Its branch may be taken exactly when that of an unpin is.
  bool isConditional(const Call &pin) const {
    const Stmt *branch = branchOf(pin);
    unsigned rejoining = 0;
    for (const Call *unpin : closed) {
      const Stmt *other = branchOf(*unpin);
      if (branch && other != branch)
        return true;
      rejoining += other && other != branch && !leavesAfter(*unpin);
    }
    return rejoining > 1;
  }

  const Stmt *branchOf(const Call &call) const {
    for (const Stmt *up = unit.parent(call.site); up; up = unit.parent(up))
      if (isa<IfStmt, SwitchStmt, ConditionalOperator>(up))
        return up;
    return nullptr;
  }

  bool leavesAfter(const Call &call) const {
    for (const Stmt *up = unit.parent(call.site); up; up = unit.parent(up))
      if (const auto *block = dyn_cast<CompoundStmt>(up))
        return isa<ReturnStmt, BreakStmt, ContinueStmt>(block->body_back()) ||
               throwsVisibly(block->body_back());
    return false;
  }

  Unit &unit;
  const Function &fn;
  SmallVector<const Call *, 2> opened, closed;
  std::vector<SmallVector<SourceLocation, 2>> exits;
};

bool isTaskTop(Unit &unit, const Function &fn) {
  return any_of(invokers(unit, fn), [](const Invocation &invoker) {
    return invoker.execution == Execution::Spawned ||
           invoker.execution == Execution::Main;
  });
}

} // namespace

std::vector<UnpairedPin> unpairedPins(Unit &unit, const Function &fn) {
  if (isTaskTop(unit, fn))
    return {};
  return Finder(unit, fn).find();
}

} // namespace heddle::checks
