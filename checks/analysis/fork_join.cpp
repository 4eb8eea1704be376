#include "analysis/fork_join.h"

#include "analysis/timers.h"
#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

/// As statementOf(), and the return that gives the value.
const Stmt *placeOf(Unit &unit, const Stmt *stmt) {
  for (const Stmt *up = unit.parent(stmt); up;
       stmt = up, up = unit.parent(up)) {
    if (isa<CompoundStmt>(up))
      return stmt;
    if (!isa<Expr, DeclStmt, ReturnStmt>(up))
      return nullptr;
  }
  return nullptr;
}

class Finder {
public:
  Finder(Unit &unit, const Function &fn)
      : unit(unit), fn(fn), sm(unit.context().getSourceManager()) {}

  std::vector<ForkJoin> find() {
    for (const Call *call : fn.calls)
      if (auto spawn = spawns(unit, *call))
        if (const Stmt *statement = placeOf(unit, call->site))
          spawned.push_back({std::move(*spawn), statement});
    for (const ForkJoin::Branch &branch : spawned)
      if (!isTaken(branch))
        extend(branch);
    return std::move(found);
  }

private:
  bool isTaken(const ForkJoin::Branch &branch) const {
    return llvm::any_of(found, [&](const ForkJoin &known) {
      return llvm::any_of(known.branches, [&](const ForkJoin::Branch &each) {
        return each.statement == branch.statement;
      });
    });
  }

  void extend(const ForkJoin::Branch &first) {
    ForkJoin candidate{
        .branches = {first}, .wait = first.statement, .join = {}};
    if (!waitsWithin(first, candidate)) {
      int offset = 1;
      for (;; ++offset) {
        const Stmt *next = neighbour(unit, first.statement, offset);
        if (!next)
          return;
        const ForkJoin::Branch *branch = branchAt(next);
        if (branch && onlySpawns(*branch))
          candidate.branches.push_back(*branch);
        else if (waitsIn(next, candidate))
          break;
        else if (!isPlumbing(next))
          return;
      }
    }
    if (isWhole(candidate))
      found.push_back(std::move(candidate));
  }

  const ForkJoin::Branch *branchAt(const Stmt *statement) const {
    const auto *place =
        llvm::find_if(spawned, [&](const ForkJoin::Branch &branch) {
          return branch.statement == statement;
        });
    return place == spawned.end() ? nullptr : place;
  }

  bool onlySpawns(const ForkJoin::Branch &branch) const {
    return llvm::count_if(spawned, [&](const ForkJoin::Branch &other) {
             return other.statement == branch.statement;
           }) == 1;
  }

  // `async(f).get()`
  bool waitsWithin(const ForkJoin::Branch &branch, ForkJoin &candidate) {
    for (const Join &join : joinsOf(unit, branch.spawn))
      if (!join.through && !join.limited && onlySpawns(branch) &&
          isFirstWork(*branch.statement, join)) {
        candidate.join = join;
        return true;
      }
    return false;
  }

  bool waitsIn(const Stmt *statement, ForkJoin &candidate) {
    for (const Join &join : joinsOf(unit, candidate.branches.back().spawn)) {
      if (!isIn(*join.site, *statement))
        continue;
      if (join.limited || !join.wait || !isFirstWork(*statement, join))
        return false;
      candidate.wait = statement;
      candidate.join = join;
      return true;
    }
    return false;
  }

  bool isIn(const Stmt &part, const Stmt &whole) const {
    auto at = [&](SourceLocation place) { return sm.getExpansionLoc(place); };
    return !isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt, IfStmt, SwitchStmt,
                CXXTryStmt>(whole) &&
           sm.isPointWithin(at(part.getBeginLoc()), at(whole.getBeginLoc()),
                            at(whole.getEndLoc())) &&
           unit.functionOf(&part) == &fn;
  }

  // Nothing in `statement` runs beside the task before it is waited for, but
  // for other waits and what looks at their results.
  bool isFirstWork(const Stmt &statement, const Join &join) const {
    return llvm::all_of(fn.calls, [&](const Call *call) {
      if (call->site == join.site || call->destroyed ||
          !isIn(*call->site, statement))
        return true;
      RoleSet roles = unit.roles(*call);
      if (roles.hasAny(
              {Role::Joins, Role::Receives, Role::Spawns, Role::CountsUp}))
        return true;
      return (call->callee && isStandard(*call->callee)) ||
             takesResult(*call, join) || isa<CXXConstructExpr>(call->site);
    });
  }

  // The waits are among its operands, so that it comes after them.
  bool takesResult(const Call &call, const Join &join) const {
    for (const Stmt *up = unit.parent(join.site); up; up = unit.parent(up))
      if (up == call.site)
        return true;
    return false;
  }

  // Counts the tasks, or declares a variable for them.
  bool isPlumbing(const Stmt *statement) const {
    if (isa<NullStmt>(statement))
      return true;
    if (const auto *declared = dyn_cast<DeclStmt>(statement))
      return llvm::all_of(fn.calls, [&](const Call *call) {
        return call->destroyed || !isIn(*call->site, *declared) ||
               isa<CXXConstructExpr>(call->site) ||
               (call->callee && isStandard(*call->callee));
      });
    const Call *call = onlyCall(unit, statement);
    return call && unit.roles(*call).has(Role::CountsUp) &&
           !unit.roles(*call).has(Role::Spawns);
  }

  // The waits are for these tasks, and no others.
  bool isWhole(ForkJoin &candidate) {
    for (const ForkJoin::Branch &branch : candidate.branches) {
      auto joins = joinsOf(unit, branch.spawn);
      if (joins.empty())
        return false;
      const Join &join = joins.front();
      if (join.limited)
        return false;
      if (!join.through)
        continue;
      const auto *variable = dyn_cast<VarDecl>(join.through);
      if (!variable || !variable->isLocalVarDecl() ||
          variable->getType()->isReferenceType() ||
          unit.functionOf(branch.statement) != &fn || isShared(*variable))
        candidate.isPrivate = false;
      if (servedByOthers(*join.through, candidate))
        return false;
    }
    return true;
  }

  bool isShared(const VarDecl &variable) const {
    return llvm::any_of(usesOf(unit, &variable), [](const Use &use) {
      return use.kind == UseKind::Escape;
    });
  }

  bool servedByOthers(const ValueDecl &through,
                      const ForkJoin &candidate) const {
    return llvm::any_of(spawned, [&](const ForkJoin::Branch &other) {
      return llvm::none_of(candidate.branches,
                           [&](const ForkJoin::Branch &branch) {
                             return branch.statement == other.statement;
                           }) &&
             llvm::is_contained(joinedThrough(unit, other.spawn), &through);
    });
  }

  Unit &unit;
  const Function &fn;
  const SourceManager &sm;
  llvm::SmallVector<ForkJoin::Branch, 8> spawned;
  std::vector<ForkJoin> found;
};

} // namespace

std::vector<ForkJoin> forkJoins(Unit &unit, const Function &fn) {
  return Finder(unit, fn).find();
}

} // namespace heddle::checks
