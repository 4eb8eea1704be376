#include "analysis/attempts.h"
#include "analysis/polling.h"
#include "analysis/spawns.h"
#include "analysis/tests.h"
#include "analysis/timers.h"
#include "framework/check.h"
#include "rewrite/removal.h"

#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

// An attempt that never waits, again and again, takes a processor to find out
// what a wait is told for nothing. The runtime has a waiting form of each.
class SelectDefaultSpin final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const Call *call : function.calls) {
      if (!call->callee)
        continue;
      const Loop *loop = lexicalLoop(unit(), call->site);
      if (!loop || !maySpin(*loop))
        continue;
      std::string name = tableName(*call->callee);
      if (name == "heddle::otherwise")
        checkSelect(*call, *loop);
      else if (name == "heddle::Channel::try_receive" ||
               name == "heddle::Channel::try_send")
        checkAttempt(*call, *loop);
    }
  }

  // Neither counts its rounds nor steps through items.
  static bool maySpin(const Loop &loop) {
    const auto *counted = dyn_cast<ForStmt>(loop.stmt);
    return !loop.bounded() && !isa<CXXForRangeStmt>(loop.stmt) &&
           !(counted && counted->getInc());
  }

  void checkSelect(const Call &otherwise, const Loop &loop) {
    const Call *select = userOf(unit(), *otherwise.expr());
    const Function *fallback = otherwise.args().empty()
                                   ? nullptr
                                   : callableOf(unit(), otherwise.args()[0]);
    if (!select || select->args().size() < 2 || !fallback ||
        !onlyPauses(unit(), fallback->body, false))
      return;
    auto rest = onlyPausesBeside(unit(), loop, *select);
    if (!rest)
      return;
    Finding &finding = diag(otherwise.location(),
                            "the loop spins while none of the cases is ready");
    finding.note(loop.stmt->getBeginLoc(), "the loop");
    Edits edit = edits();
    for (const Stmt *pause : *rest)
      edit.remove(*pause);
    offer(finding, loop, *select,
          removeArgument(edit, unit(), source(), *select, otherwise));
  }

  void checkAttempt(const Call &attempt, const Loop &loop) {
    bool receives = attempt.callee->getName() == "try_receive";
    if (!failsIdly(unit(), loop, attempt))
      return;
    Finding &finding = diag(attempt.location(), "the loop spins while %0 is %1")
                       << spelled(attempt) << (receives ? "empty" : "full");
    finding.note(loop.stmt->getBeginLoc(), "the loop");
    Edits edit = edits();
    if (!receives && attemptInCondition(attempt, loop)) {
      auto text = source().text(attempt.expr()->getSourceRange());
      auto [object, arguments] = text.split("try_send");
      edit.require(!arguments.empty())
          .replace(source().statement(*loop.stmt),
                   object + "send" + arguments + ";");
    } else {
      edit.replace(attempt.location(), receives ? "receive" : "send");
    }
    offer(finding, loop, attempt, edit);
  }

  std::string spelled(const Call &attempt) {
    const Expr *object = attempt.object();
    llvm::StringRef text =
        object ? source().text(object->getSourceRange()) : "";
    return text.empty() ? "the channel" : "'" + text.str() + "'";
  }

  bool attemptInCondition(const Call &attempt, const Loop &loop) {
    const auto *repeat = dyn_cast<WhileStmt>(loop.stmt);
    const auto *negation =
        repeat
            ? dyn_cast<UnaryOperator>(repeat->getCond()->IgnoreParenImpCasts())
            : nullptr;
    return negation && onlyCall(unit(), negation->getSubExpr()) == &attempt;
  }

  // A loop that also looks at something else no longer sees it while it waits.
  void offer(Finding &finding, const Loop &loop, const Call &wait,
             const Edits &edit) {
    const Expr *condition = conditionOf(loop);
    if (loop.trips == TripCount::Endless ||
        (condition && unit().isWithin(wait.site, condition)))
      finding.fix(edit);
    else
      finding.review(
          loop.stmt->getBeginLoc(),
          "while it waits, the loop does not see its condition change", edit);
  }
};

} // namespace

extern const CheckInfo select_default_spin = {
    .summary = "attempt that never waits, in a loop that does nothing else",
    .tier = Tier::Cost,
    .fix = Fix::SafeOrReview,
    .seeds = "E22",
    .since = "0.1",
    .make = makeCheck<SelectDefaultSpin>,
};

} // namespace heddle::checks
