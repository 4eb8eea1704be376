#include "analysis/spawns.h"

#include "analysis/reach.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"

using namespace clang;

namespace heddle::checks {
namespace {

constexpr RoleSet bounds = {Role::BoundsSpawns, Role::AcquiresSlot,
                            Role::Joins};

class Spawns {
public:
  explicit Spawns(Unit &unit) : unit(unit) {}

  // None while it is being found out: a call that leads to itself.
  const std::optional<Spawn> &of(const Call &call) {
    auto [known, isNew] = found.try_emplace(&call);
    if (isNew) {
      known->second = std::make_unique<std::optional<Spawn>>();
      std::optional<Spawn> spawn = find(call);
      *found[&call] = std::move(spawn);
    }
    return *found[&call];
  }

private:
  std::optional<Spawn> find(const Call &call) {
    RoleSet roles = unit.roles(call);
    if (roles.hasAny(bounds))
      return std::nullopt;
    if (roles.has(Role::Spawns)) {
      Spawn spawn{.path = {&call}};
      for (const Invocation &next : invocations(unit, call))
        if (next.execution == Execution::Spawned)
          spawn.task = next.target;
      return spawn;
    }
    for (const Invocation &next : invocations(unit, call)) {
      if (next.execution != Execution::Called)
        continue;
      RoleSet within = rolesWithin(unit, *next.target);
      if (within.hasAny(bounds) || !within.has(Role::Spawns))
        continue;
      for (const Call *inner : next.target->calls)
        if (isUnconditional(unit, inner->site))
          if (std::optional<Spawn> spawn = of(*inner)) {
            spawn->path.insert(spawn->path.begin(), &call);
            for (const Invocation &brought : invocations(unit, call))
              if (!spawn->task && brought.execution == Execution::Spawned)
                spawn->task = brought.target;
            return spawn;
          }
    }
    return std::nullopt;
  }

  Unit &unit;
  llvm::DenseMap<const Call *, std::unique_ptr<std::optional<Spawn>>> found;
};

/// A channel with a slot per task, Go's way: what the loop puts in, each task
/// takes out, or the other way round.
bool tradesSlots(Unit &unit, const Call &call, const Spawn &spawn) {
  RoleSet roles = unit.roles(call);
  const ValueDecl *channel = objectOf(call);
  if (!channel || !spawn.task || !roles.hasAny({Role::Sends, Role::Receives}) ||
      !roles.has(Role::Suspends))
    return false;
  return llvm::any_of(spawn.task->calls, [&](const Call *inner) {
    RoleSet back = unit.roles(*inner);
    return objectOf(*inner) == channel &&
           (roles.has(Role::Sends) ? back.has(Role::Receives)
                                   : back.has(Role::Sends));
  });
}

/// Something that `loop` does each round, or some rounds, keeps the number of
/// its tasks down.
bool isBounded(Unit &unit, const Loop &loop, const Spawn &spawn) {
  const Function &fn = loop.callable ? *loop.callable : *loop.function;
  return llvm::any_of(fn.calls, [&](const Call *call) {
    if (!loop.callable && !unit.isWithin(call->site, loop.body))
      return false;
    if (unit.roles(*call).hasAny(bounds) || tradesSlots(unit, *call, spawn))
      return true;
    return llvm::any_of(invocations(unit, *call), [&](const Invocation &next) {
      return runsDuringCall(next.execution) &&
             rolesWithin(unit, *next.target).hasAny(bounds);
    });
  });
}

/// The smaller of a count and a constant step: `std::min(i + 16, n)`.
bool isCappedStep(const Stmt *stmt, const ASTContext &ast) {
  const auto *call = dyn_cast_or_null<CallExpr>(stmt);
  const FunctionDecl *callee = call ? call->getDirectCallee() : nullptr;
  if (!callee || tableName(*callee) != "std::min")
    return false;
  return llvm::any_of(call->arguments(), [&](const Expr *argument) {
    const auto *sum =
        dyn_cast<BinaryOperator>(argument->IgnoreUnlessSpelledInSource());
    return sum && sum->getOpcode() == BO_Add &&
           (sum->getRHS()->isEvaluatable(ast) ||
            sum->getLHS()->isEvaluatable(ast));
  });
}

/// A loop with this condition runs over a part of the items, as big as a
/// constant says.
bool isOverPart(Unit &unit, const Stmt *stmt) {
  if (!stmt)
    return false;
  if (isCappedStep(stmt, unit.context()))
    return true;
  const auto *named = dyn_cast<DeclRefExpr>(stmt);
  const auto *end = named ? dyn_cast<VarDecl>(named->getDecl()) : nullptr;
  if (end && end->isLocalVarDecl() && end->getInit() &&
      isCappedStep(end->getInit()->IgnoreUnlessSpelledInSource(),
                   unit.context()))
    return true;
  return llvm::any_of(stmt->children(), [&](const Stmt *child) {
    return isOverPart(unit, child);
  });
}

/// The loop goes on until something that its rounds wait for says so.
bool waitsForInput(Unit &unit, const Loop &loop) {
  if (receiving(unit, loop) || loop.trips == TripCount::Endless)
    return true;
  const auto *counted = dyn_cast<ForStmt>(loop.stmt);
  if (!isa<WhileStmt, DoStmt>(loop.stmt) && !(counted && !counted->getInc()))
    return false;
  return llvm::any_of(loop.function->calls, [&](const Call *call) {
    return call->callee && unit.isWithin(call->site, loop.stmt) &&
           (unit.roles(*call).has(Role::Receives) ||
            tableName(*call->callee) == "heddle::on_receive");
  });
}

/// A loop around `loop` waits for its tasks each round.
bool isJoinedAround(Unit &unit, const Loop &loop, const Spawn &spawn) {
  const Loop *outer = enclosingLoop(unit, loop.stmt);
  return outer && isBounded(unit, *outer, spawn);
}

} // namespace

std::optional<Spawn> spawns(Unit &unit, const Call &call) {
  return unit.get<Spawns>().of(call);
}

bool hasLimit(Unit &unit, const Call &spawn) {
  const ValueDecl *group = objectOf(spawn);
  if (!group)
    return false;
  return llvm::any_of(unit.functions(), [&](const Function *fn) {
    return llvm::any_of(fn->calls, [&](const Call *call) {
      return unit.roles(*call).has(Role::BoundsSpawns) &&
             objectOf(*call) == group;
    });
  });
}

const Loop *unboundedLoop(Unit &unit, const Spawn &spawn) {
  if (hasLimit(unit, spawn.call()))
    return nullptr;
  const Loop *loop = enclosingLoop(unit, spawn.path.front()->site);
  for (; loop; loop = enclosingLoop(unit, loop->stmt)) {
    if (receiving(unit, *loop) || paced(unit, *loop) ||
        loop->trips == TripCount::Endless || isBounded(unit, *loop, spawn))
      return nullptr;
    const auto *counted = dyn_cast<ForStmt>(loop->stmt);
    if (!loop->bounded() && !(counted && isOverPart(unit, counted->getCond()) &&
                              isJoinedAround(unit, *loop, spawn)))
      return loop;
  }
  return nullptr;
}

const Loop *receivingLoop(Unit &unit, const Spawn &spawn) {
  if (hasLimit(unit, spawn.call()))
    return nullptr;
  const Loop *loop = enclosingLoop(unit, spawn.path.front()->site);
  for (; loop; loop = enclosingLoop(unit, loop->stmt)) {
    if (isBounded(unit, *loop, spawn))
      return nullptr;
    if (receiving(unit, *loop))
      return loop;
  }
  return nullptr;
}

bool isLongLived(Unit &unit, const Function &task) {
  llvm::SetVector<const Function *> reached;
  reached.insert(&task);
  for (size_t next = 0; next < reached.size(); ++next) {
    const Function *fn = reached[next];
    if (llvm::any_of(loops(unit, *fn), [&](const Loop &loop) {
          return waitsForInput(unit, loop);
        }))
      return true;
    for (const Call *call : fn->calls)
      for (const Invocation &inner : invocations(unit, *call))
        if (runsDuringCall(inner.execution))
          reached.insert(inner.target);
  }
  return false;
}

const ValueDecl *namedBy(const Expr *expr) {
  if (!expr)
    return nullptr;
  expr = expr->IgnoreParenImpCasts();
  if (const auto *op = dyn_cast<UnaryOperator>(expr))
    if (op->getOpcode() == UO_Deref || op->getOpcode() == UO_AddrOf)
      return namedBy(op->getSubExpr());
  if (const auto *op = dyn_cast<CXXOperatorCallExpr>(expr))
    if (op->getNumArgs() == 1 &&
        (op->getOperator() == OO_Arrow || op->getOperator() == OO_Star))
      return namedBy(op->getArg(0));
  if (const auto *named = dyn_cast<DeclRefExpr>(expr))
    return named->getDecl();
  if (const auto *member = dyn_cast<MemberExpr>(expr))
    if (isa<CXXThisExpr>(member->getBase()->IgnoreParenImpCasts()))
      return member->getMemberDecl();
  return nullptr;
}

const ValueDecl *objectOf(const Call &call) { return namedBy(call.object()); }

bool isUnconditional(Unit &unit, const Stmt *stmt) {
  const Function *fn = unit.functionOf(stmt);
  const SourceManager &sm = unit.context().getSourceManager();
  if (!fn || llvm::any_of(fn->returns, [&](const ReturnStmt *left) {
        return sm.isBeforeInTranslationUnit(left->getEndLoc(),
                                            stmt->getBeginLoc());
      }))
    return false;
  for (const Stmt *up = unit.parent(stmt); up;
       stmt = up, up = unit.parent(up)) {
    if (isa<SwitchCase, SwitchStmt, WhileStmt, DoStmt, ForStmt, CXXForRangeStmt,
            CXXCatchStmt, AbstractConditionalOperator>(up))
      return false;
    if (const auto *branch = dyn_cast<IfStmt>(up))
      if (stmt == branch->getThen() || stmt == branch->getElse())
        return false;
    if (const auto *op = dyn_cast<BinaryOperator>(up))
      if (op->isLogicalOp() && stmt == op->getRHS())
        return false;
  }
  return true;
}

const Stmt *statementOf(Unit &unit, const Stmt *stmt) {
  for (const Stmt *up = unit.parent(stmt); up;
       stmt = up, up = unit.parent(up)) {
    if (isa<CompoundStmt>(up))
      return stmt;
    if (!isa<Expr, DeclStmt>(up))
      return nullptr;
  }
  return nullptr;
}

const Stmt *neighbour(Unit &unit, const Stmt *statement, int offset) {
  const auto *block = dyn_cast_or_null<CompoundStmt>(unit.parent(statement));
  if (!block)
    return nullptr;
  const auto *place = llvm::find(block->body(), statement);
  std::ptrdiff_t index = place - block->body_begin() + offset;
  return index >= 0 && index < std::ptrdiff_t(block->size())
             ? block->body_begin()[index]
             : nullptr;
}

const Call *onlyCall(Unit &unit, const Stmt *statement) {
  const auto *expr = dyn_cast_or_null<Expr>(statement);
  return expr ? unit.call(expr->IgnoreUnlessSpelledInSource()) : nullptr;
}

const LambdaExpr *literalLambda(const Expr *expr) {
  return dyn_cast<LambdaExpr>(expr->IgnoreUnlessSpelledInSource());
}

} // namespace heddle::checks
