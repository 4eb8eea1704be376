#include "analysis/callables.h"
#include "analysis/exits.h"
#include "analysis/loops.h"
#include "analysis/spawns.h"
#include "analysis/timers.h"
#include "analysis/uses.h"
#include "framework/check.h"
#include "rewrite/ticker.h"

#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

// Ticks that nothing stops go on when the function that made them is gone: each
// call leaves another timer behind.
class LeakedTicker final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (!function.decl || unit().roles(function.decl).has(Role::NeverEnds) ||
        isFirstTask(function))
      return;
    for (const Call *call : function.calls)
      if (unit().roles(*call).has(Role::NeverEnds) &&
          unit().roles(*call).has(Role::MakesTimer))
        checkTicks(*call);
  }

  // The process ends with it.
  bool isFirstTask(const Function &function) {
    return llvm::any_of(invokers(unit(), function),
                        [](const Invocation &invoker) {
                          return invoker.execution == Execution::Main;
                        });
  }

  void checkTicks(const Call &call) {
    const CXXForRangeStmt *loop = loopOver(call);
    const VarDecl *variable = loop ? nullptr : variableMadeBy(unit(), call);
    if (variable ? variable->isStaticLocal() || isPassedOn(*variable)
                 : !loop && !isListenedTo(call))
      return;
    llvm::SmallVector<const Stmt *, 2> endless;
    for (const Loop &other : loops(unit(), *call.caller))
      if (other.stmt == loop || (variable && waitsOn(other, *variable)))
        endless.push_back(other.stmt);
    auto way = wayOut(unit(), *call.caller, *call.expr(), {}, endless);
    if (!way)
      return;
    Finding &finding = diag(call.expr()->getBeginLoc(),
                            "the ticks go on when '%0' has returned")
                       << call.caller->name();
    finding.note(way->exit ? way->exit->getBeginLoc()
                           : call.caller->body->getEndLoc(),
                 "it returns here");
    finding.fix(loop ? tickerBefore(unit(), source(), call, *loop)
                     : asTicker(unit(), source(), call, variable));
  }

  // `tick(d).receive()`, `on_receive(tick(d), f)`
  bool isListenedTo(const Call &call) {
    const Call *user = userOf(unit(), *call.expr());
    return user && user->callee &&
           (unit().roles(*user).has(Role::Receives) ||
            tableName(*user->callee) == "heddle::on_receive");
  }

  // `for (TimePoint now : tick(d))`
  const CXXForRangeStmt *loopOver(const Call &call) {
    for (const Loop &loop : loops(unit(), *call.caller))
      if (const auto *range = dyn_cast<CXXForRangeStmt>(loop.stmt))
        if (range->getRangeInit()->IgnoreUnlessSpelledInSource() == call.expr())
          return range;
    return nullptr;
  }

  // Its condition is for the next tick, which always comes.
  bool waitsOn(const Loop &loop, const VarDecl &ticks) {
    if (const auto *range = dyn_cast<CXXForRangeStmt>(loop.stmt))
      return mentions(range->getRangeInit(), &ticks);
    const auto *repeat = dyn_cast<WhileStmt>(loop.stmt);
    const Stmt *declared =
        repeat ? repeat->getConditionVariableDeclStmt() : nullptr;
    return (declared && mentions(declared, &ticks)) ||
           (repeat && mentions(repeat->getCond(), &ticks));
  }

  // Others may go on to listen.
  bool isPassedOn(const VarDecl &variable) {
    return llvm::any_of(usesOf(unit(), &variable), [&](const Use &use) {
      const Call *user = userOf(unit(), *use.mention);
      bool received = user && user->callee &&
                      tableName(*user->callee) == "heddle::on_receive";
      return use.kind != UseKind::MethodCall && use.kind != UseKind::Read &&
             !received && !isRange(*use.mention);
    });
  }

  bool isRange(const Expr &mention) {
    const auto *declared = dyn_cast_or_null<DeclStmt>(unit().parent(&mention));
    return declared &&
           isa_and_nonnull<CXXForRangeStmt>(unit().parent(declared));
  }
};

} // namespace

extern const CheckInfo leaked_ticker = {
    .summary = "ticks that nothing stops, in a function that returns",
    .tier = Tier::Bug,
    .fix = Fix::Safe,
    .seeds = "D12",
    .since = "0.1",
    .make = makeCheck<LeakedTicker>,
};

} // namespace heddle::checks
