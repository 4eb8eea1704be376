#include "analysis/ways.h"

#include "analysis/callables.h"

#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

#include <deque>

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

class Ways {
public:
  Ways(Unit &unit, const CFG &cfg, ArrayRef<const Stmt *> places,
       bool endsByThrow)
      : unit(unit), cfg(cfg), places(places), endsByThrow(endsByThrow) {}

  std::optional<WayOut> poorest(const Stmt &from) {
    for (const CFGBlock *block : cfg)
      for (unsigned i = 0; i < block->size(); ++i)
        if (auto statement = (*block)[i].getAs<CFGStmt>();
            statement && statement->getStmt() == &from)
          go(*block, i + 1, 0);
    while (!pending.empty()) {
      const CFGBlock *block = pending.front();
      pending.pop_front();
      go(*block, 0, least[block]);
    }
    return best;
  }

private:
  void go(const CFGBlock &block, unsigned first, unsigned passed) {
    const Stmt *last = nullptr;
    for (unsigned i = first; i < block.size(); ++i) {
      auto statement = block[i].getAs<CFGStmt>();
      if (!statement)
        continue;
      last = statement->getStmt();
      passed += is_contained(places, last);
      if (endsByThrow && mayThrow(*last))
        leave(passed, last);
    }
    // What it goes over has come to its end behind the loop.
    if (const Stmt *end = block.getTerminatorStmt())
      passed += is_contained(places, end) ? 1000 : 0;
    if (block.hasNoReturnElement())
      return;
    for (const CFGBlock *next : block.succs()) {
      if (!next)
        continue;
      if (next == &cfg.getExit()) {
        bool isThrow = last && isa<CXXThrowExpr>(last);
        bool isJump = isThrow || isa_and_nonnull<ReturnStmt>(last);
        if (isThrow && !endsByThrow)
          continue;
        leave(passed, isJump ? last : nullptr);
        continue;
      }
      auto [known, fresh] = least.try_emplace(next, passed);
      if (fresh || passed < known->second) {
        known->second = passed;
        pending.push_back(next);
      }
    }
  }

  void leave(unsigned passed, const Stmt *last) {
    if (!best || passed < best->passed)
      best = WayOut{passed, last};
  }

  bool mayThrow(const Stmt &stmt) {
    const auto *expr = dyn_cast<CallExpr>(&stmt);
    const Call *call = expr ? unit.call(expr) : nullptr;
    if (!call || call->site != expr)
      return false;
    for (const Stmt *up = unit.parent(expr); up; up = unit.parent(up))
      if (isa<CXXTryStmt>(up))
        return false;
    const Function *target = unit.function(call->callee);
    return target && unit.roles(*call).empty() && throwsVisibly(target->body);
  }

  Unit &unit;
  const CFG &cfg;
  ArrayRef<const Stmt *> places;
  const bool endsByThrow;
  DenseMap<const CFGBlock *, unsigned> least;
  std::deque<const CFGBlock *> pending;
  std::optional<WayOut> best;
};

bool leaves(const Stmt *stmt, bool ownsBreak) {
  if (!stmt || isa<LambdaExpr>(stmt))
    return false;
  if (isa<ReturnStmt, GotoStmt, CXXThrowExpr>(stmt) ||
      (ownsBreak && isa<BreakStmt>(stmt)))
    return true;
  if (const auto *call = dyn_cast<CallExpr>(stmt);
      call && call->getDirectCallee() && call->getDirectCallee()->isNoReturn())
    return true;
  bool inner =
      ownsBreak &&
      !isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt, SwitchStmt>(stmt);
  return any_of(stmt->children(),
                [&](const Stmt *child) { return leaves(child, inner); });
}

} // namespace

std::optional<WayOut> poorestWay(Unit &unit, const Function &fn,
                                 const Stmt &from,
                                 ArrayRef<const Stmt *> places) {
  const CFG *cfg = unit.cfg(fn);
  return cfg ? Ways(unit, *cfg, places, true).poorest(from) : std::nullopt;
}

bool avoids(Unit &unit, const Function &fn, const Stmt &from,
            ArrayRef<const Stmt *> places) {
  const CFG *cfg = unit.cfg(fn);
  auto way = cfg ? Ways(unit, *cfg, places, false).poorest(from) : std::nullopt;
  return way && way->passed == 0;
}

bool leavesLoop(const Stmt *stmt) { return leaves(stmt, true); }

} // namespace heddle::checks
