#include "analysis/thread_locals.h"

#include "analysis/callables.h"
#include "analysis/pins.h"
#include "analysis/spawns.h"
#include "analysis/suspends.h"
#include "analysis/thread_uses.h"
#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

#include <map>

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// What is known of a variable, or of an alias of one.
struct Mark {
  const VarDecl *variable;
  const Stmt *set;
  // Set by `++`, which only `--` undoes.
  bool raised = false;
  const Call *wait = nullptr;
};

// By the variable or alias; null stands for errno.
using Marks = std::map<const ValueDecl *, Mark>;

struct State {
  bool reached = true;
  Marks marks;

  // What some path knows, and rather what is stale.
  void join(const State &other) {
    if (!other.reached)
      return;
    if (!reached) {
      *this = other;
      return;
    }
    for (const auto &[decl, mark] : other.marks)
      if (auto [known, isNew] = marks.try_emplace(decl, mark);
          !isNew && !known->second.wait)
        known->second = mark;
  }
};

bool isErrno(const Call &call) {
  return call.callee && call.callee->getIdentifier() &&
         call.callee->getName() == "__errno_location";
}

bool isSystemCall(const ASTContext &context, const Call &call) {
  return call.callee && call.callee->isExternC() && !isErrno(call) &&
         context.getSourceManager().isInSystemHeader(
             call.callee->getLocation());
}

class Walker {
public:
  Walker(Unit &unit, const Function &fn) : unit(unit), fn(fn) {
    for (const VarDecl *variable : unit.threadLocals())
      for (const Use &use : usesOf(unit, variable))
        if (unit.functionOf(use.mention) == &fn)
          uses.emplace(use.mention, use);
  }

  std::vector<StaleUse> run() {
    visit(fn.body);
    return std::move(found);
  }

private:
  void visit(const Stmt *stmt) {
    if (!stmt || isa<LambdaExpr, UnaryExprOrTypeTraitExpr>(stmt))
      return;
    if (const auto *branch = dyn_cast<IfStmt>(stmt))
      return visitBranch(*branch);
    if (isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt>(stmt))
      return visitLoop(*stmt);
    if (const auto *choice = dyn_cast<SwitchStmt>(stmt))
      return visitSwitch(*choice);
    if (const auto *label = dyn_cast<SwitchCase>(stmt)) {
      state.join(entries.back());
      return visit(label->getSubStmt());
    }
    if (const auto *guarded = dyn_cast<CXXTryStmt>(stmt))
      return visitTry(*guarded);
    if (const auto *choice = dyn_cast<AbstractConditionalOperator>(stmt)) {
      visit(choice->getCond());
      return visitEither(choice->getTrueExpr(), choice->getFalseExpr());
    }
    if (const auto *op = dyn_cast<BinaryOperator>(stmt);
        op && op->isLogicalOp()) {
      visit(op->getLHS());
      return visitEither(op->getRHS(), nullptr);
    }
    if (const auto *declared = dyn_cast<DeclStmt>(stmt))
      return visitDeclaration(*declared);
    if (isa<BreakStmt>(stmt)) {
      if (!breaks.empty())
        breaks.back().join(state);
      state.reached = false;
      return;
    }
    visitChildren(*stmt);
    if (isa<CXXThrowExpr>(stmt))
      mayThrow();
    if (isa<ReturnStmt, CXXThrowExpr, ContinueStmt, GotoStmt>(stmt))
      state.reached = false;
    if (const auto *expr = dyn_cast<Expr>(stmt))
      evaluated(*expr);
  }

  // The right side of an assignment comes first.
  void visitChildren(const Stmt &stmt) {
    const auto *op = dyn_cast<BinaryOperator>(&stmt);
    const auto *call = dyn_cast<CXXOperatorCallExpr>(&stmt);
    if (op && op->isAssignmentOp()) {
      visit(op->getRHS());
      visit(op->getLHS());
      const ValueDecl *target = namedBy(op->getLHS());
      const auto *local = dyn_cast_or_null<VarDecl>(target);
      if (local && local->hasLocalStorage() && leadsOn(local->getType()))
        alias(*local, *op->getRHS());
    } else if (call && call->isAssignmentOp()) {
      visit(call->getArg(1));
      visit(call->getArg(0));
    } else {
      for (const Stmt *child : stmt.children())
        visit(child);
    }
  }

  void visitEither(const Stmt *one, const Stmt *other) {
    State before = state;
    visit(one);
    std::swap(before, state);
    visit(other);
    state.join(before);
  }

  void visitBranch(const IfStmt &branch) {
    visit(branch.getInit());
    visit(branch.getConditionVariableDeclStmt());
    // Asked for and made anew: what is known afterwards is this thread's.
    SmallVector<const VarDecl *, 2> asked;
    for (const auto &[mention, use] : uses) {
      const VarDecl *variable = namedThreadLocal(mention);
      if (variable && contains(branch.getCond(), mention) &&
          (sets(branch.getThen(), *variable) ||
           sets(branch.getElse(), *variable)))
        asked.push_back(variable);
    }
    for (const VarDecl *decl : asked)
      state.marks.erase(decl);
    visit(branch.getCond());
    for (const VarDecl *decl : asked)
      state.marks[decl] = {decl, branch.getCond()};
    visitEither(branch.getThen(), branch.getElse());
  }

  bool sets(const Stmt *stmt, const VarDecl &variable) {
    return any_of(uses,
                  [&](const auto &use) {
                    return !isRead(use.second) && contains(stmt, use.first) &&
                           namedThreadLocal(use.first) == &variable;
                  }) ||
           any_of(fn.calls, [&](const Call *call) {
             const Function *body = unit.function(call->callee);
             return body && contains(stmt, call->site) &&
                    threadUses(unit, *body).set.contains(&variable);
           });
  }

  void visitLoop(const Stmt &loop) {
    breaks.emplace_back().reached = false;
    bool endless = false;
    State before;
    if (const auto *counted = dyn_cast<ForStmt>(&loop)) {
      visit(counted->getInit());
      visit(counted->getCond());
      endless = !counted->getCond();
      before = state;
      visit(counted->getBody());
      visit(counted->getInc());
    } else if (const auto *repeat = dyn_cast<WhileStmt>(&loop)) {
      visit(repeat->getConditionVariableDeclStmt());
      visit(repeat->getCond());
      before = state;
      visit(repeat->getBody());
    } else if (const auto *repeat = dyn_cast<DoStmt>(&loop)) {
      before.reached = false;
      visit(repeat->getBody());
      visit(repeat->getCond());
    } else {
      const auto *range = cast<CXXForRangeStmt>(&loop);
      visit(range->getInit());
      visit(range->getRangeStmt());
      before = state;
      visit(range->getBody());
    }
    if (endless)
      state.reached = before.reached = false;
    state.join(before);
    state.join(breaks.pop_back_val());
  }

  void visitSwitch(const SwitchStmt &choice) {
    visit(choice.getInit());
    visit(choice.getCond());
    entries.push_back(state);
    breaks.emplace_back().reached = false;
    state.reached = false;
    visit(choice.getBody());
    state.join(entries.pop_back_val());
    state.join(breaks.pop_back_val());
  }

  void visitTry(const CXXTryStmt &guarded) {
    tries.push_back(state);
    visit(guarded.getTryBlock());
    State thrown = tries.pop_back_val();
    State after = state;
    for (unsigned i = 0; i < guarded.getNumHandlers(); ++i) {
      state = thrown;
      visit(guarded.getHandler(i)->getHandlerBlock());
      after.join(state);
    }
    state = after;
  }

  void mayThrow() {
    if (!tries.empty())
      tries.back().join(state);
  }

  void visitDeclaration(const DeclStmt &declared) {
    for (const Decl *decl : declared.decls()) {
      const auto *variable = dyn_cast<VarDecl>(decl);
      if (!variable || !variable->hasLocalStorage() || !variable->getInit())
        continue;
      visit(variable->getInit());
      if (leadsOn(variable->getType()))
        alias(*variable, *variable->getInit());
    }
  }

  void alias(const ValueDecl &name, const Expr &value) {
    state.marks.erase(&name);
    if (const VarDecl *variable =
            leadsTo(unit, &value, name.getType()->isReferenceType()))
      state.marks[&name] = {variable, &value};
  }

  void evaluated(const Expr &expr) {
    if (!state.reached)
      return;
    if (auto use = uses.find(&expr); use != uses.end())
      mentioned(use->second);
    else if (const auto *named = dyn_cast<DeclRefExpr>(&expr))
      aliasUsed(*named);
    if (const Call *call = unit.call(&expr)) {
      called(*call);
      mayThrow();
    }
  }

  void aliasUsed(const DeclRefExpr &named) {
    auto known = state.marks.find(named.getDecl());
    const Stmt *up = unit.parent(&named);
    const auto *op = dyn_cast_or_null<BinaryOperator>(up);
    bool isTarget = op && op->isAssignmentOp() && op->getLHS() == &named &&
                    !named.getDecl()->getType()->isReferenceType();
    if (known != state.marks.end() && known->second.wait && !isTarget)
      add(known->second, named.getDecl(), &named);
  }

  void mentioned(const Use &use) {
    const VarDecl *variable = namedThreadLocal(use.mention);
    if (!variable)
      return;
    auto known = state.marks.find(variable);
    const Mark *stale = known != state.marks.end() && known->second.wait
                            ? &known->second
                            : nullptr;
    if (isCounted(unit, use))
      return counted(*variable, stale, use);
    if (!isRead(use)) {
      // A list that each thread keeps for itself is read to be set.
      if (stale && use.kind == UseKind::Write)
        withdraw(*variable, use);
      state.marks[variable] = {variable, use.mention};
    } else if (stale && !stale->raised) {
      add(*stale, nullptr, use.mention);
    }
  }

  // `++depth; … --depth;` leaves one thread's too high, and another's too low.
  void counted(const VarDecl &variable, const Mark *stale, const Use &use) {
    const auto *step = dyn_cast<UnaryOperator>(unit.parent(use.mention));
    if (step && step->isDecrementOp() && stale && stale->raised)
      add(*stale, nullptr, use.mention);
    else if (step && step->isIncrementOp() && !stale)
      state.marks[&variable] = {&variable, use.mention, true};
  }

  // `current = before;`, or nothing.
  bool isRestored(const Use &use) {
    const auto *op = dyn_cast_or_null<BinaryOperator>(unit.parent(use.mention));
    if (!op)
      return false;
    const Expr *value = op->getRHS()->IgnoreParenImpCasts();
    if (isa<CXXNullPtrLiteralExpr, IntegerLiteral>(value))
      return true;
    const auto *saved = dyn_cast_or_null<VarDecl>(namedBy(value));
    return saved && saved->getInit() &&
           mentions(saved->getInit(), namedBy(use.mention));
  }

  void withdraw(const VarDecl &variable, const Use &write) {
    const Stmt *statement = statementOf(unit, write.mention);
    erase_if(found, [&](const StaleUse &use) {
      const Stmt *read = statementOf(unit, use.use);
      return use.variable == &variable && read && statement &&
             (read == statement || neighbour(unit, read, 1) == statement) &&
             (isMoved(use) || !isRestored(write));
    });
  }

  // `node->next = list;`
  bool isMoved(const StaleUse &use) {
    const Stmt *up = unit.parent(use.use);
    while (isa_and_nonnull<ImplicitCastExpr>(up))
      up = unit.parent(up);
    const auto *op = dyn_cast_or_null<BinaryOperator>(up);
    return op && op->isAssignmentOp();
  }

  void called(const Call &call) {
    if (isErrno(call))
      return readErrno(call);
    RoleSet roles = unit.roles(call);
    bool handsOff = roles.has(Role::HandsOff);
    if (suspends(unit, call) || yields(unit, call) ||
        suspendsForLock(unit, call) || handsOff) {
      if (mayBePinned(unit, call))
        return;
      for (auto &[decl, mark] : state.marks)
        if (!mark.wait)
          mark.wait = &call;
      if (handsOff)
        noteSection(call);
      else if (unit.function(call.callee) && roles.empty())
        state.marks.erase(nullptr);
      return;
    }
    if (isSystemCall(unit.context(), call))
      state.marks[nullptr] = {nullptr, call.site};
    else if (roles.empty() && !(call.callee && isStandard(*call.callee)))
      state.marks.erase(nullptr);
    if (const Function *body = unit.function(call.callee))
      enter(call, *body);
  }

  // What fails in the section sets the errno of the thread that it ran on.
  void noteSection(const Call &section) {
    state.marks.erase(nullptr);
    for (const Invocation &run : invocations(unit, section)) {
      if (!run.argument || any_of(run.target->calls, [](const Call *call) {
            return isErrno(*call);
          }))
        continue;
      for (const Call *call : run.target->calls)
        if (isSystemCall(unit.context(), *call))
          state.marks[nullptr] = {nullptr, call->site, false, &section};
    }
  }

  void readErrno(const Call &call) {
    const Stmt *place = unit.parent(call.site);
    const auto *op =
        place ? dyn_cast_or_null<BinaryOperator>(unit.parent(place)) : nullptr;
    auto known = state.marks.find(nullptr);
    if (op && op->isAssignmentOp() && op->getLHS()->IgnoreParens() == place)
      state.marks.erase(nullptr);
    else if (known != state.marks.end() && known->second.wait)
      add(known->second, nullptr, call.site);
  }

  // A function that only reads or sets: as if it stood here.
  void enter(const Call &call, const Function &body) {
    auto [read, set] = threadUses(unit, body);
    for (const VarDecl *variable : set)
      state.marks[variable] = {variable, call.site};
    for (const VarDecl *variable : read) {
      auto known = state.marks.find(variable);
      if (!set.contains(variable) && known != state.marks.end() &&
          known->second.wait && !known->second.raised)
        add(known->second, nullptr, call.site);
    }
  }

  void add(const Mark &mark, const ValueDecl *alias, const Stmt *use) {
    if (none_of(found, [&](const StaleUse &other) {
          return other.variable == mark.variable;
        }))
      found.push_back({mark.variable, alias, mark.set, mark.wait, use});
  }

  Unit &unit;
  const Function &fn;
  std::map<const Expr *, Use> uses;
  State state;
  SmallVector<State, 2> breaks, entries, tries;
  std::vector<StaleUse> found;
};

} // namespace

std::vector<StaleUse> staleUses(Unit &unit, const Function &fn) {
  return Walker(unit, fn).run();
}

} // namespace heddle::checks
