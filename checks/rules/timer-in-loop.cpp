#include "analysis/hot.h"
#include "analysis/spawns.h"
#include "analysis/timers.h"
#include "framework/check.h"
#include "rewrite/purity.h"
#include "rewrite/scope.h"

#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A timer that nobody waits out lives until it fires. One in each round of a
// busy loop leaves a crowd of them; one that is reset each round is one.
class TimerInLoop final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    for (const Call *call : function.calls)
      if (unit().roles(*call).has(Role::MakesTimer) &&
          !isWaitedOut(unit(), *call))
        checkTimer(*call);
  }

  void checkTimer(const Call &call) {
    const Loop *loop = enclosingLoop(unit(), call.site);
    while (loop && loop->bounded())
      loop = enclosingLoop(unit(), loop->stmt);
    if (!loop)
      return checkCallers(call);
    if (isTicker(unit(), call))
      return;
    Finding &finding = report(call, loop->stmt->getBeginLoc());
    if (loop->function == call.caller && !loop->callable)
      fix(finding, call, *loop);
  }

  // A function that times one wait, called in a loop. A Timer object there may
  // well be the one that its own loop resets.
  void checkCallers(const Call &call) {
    auto path = hot(unit(), call);
    if (!path || path->calls.empty() || !returnsTimer(call) || !path->loop)
      return;
    Finding &finding = report(call, path->cause);
    for (const Call *step : path->calls)
      finding.note(step->location(), "which calls this");
  }

  Finding &report(const Call &call, SourceLocation loop) {
    return diag(call.expr()->getBeginLoc(), "a timer is made in each round of "
                                            "a loop")
        .note(loop, "by this loop");
  }

  static bool returnsTimer(const Call &call) {
    return !isa<CXXConstructExpr>(call.site);
  }

  void fix(Finding &finding, const Call &call, const Loop &loop) {
    const Expr *duration = call.args().empty() ? nullptr : call.args()[0];
    const Stmt *statement = statementOf(unit(), call.site);
    const Stmt *outside = outermost(loop, duration);
    if (!duration || !outside || !call.callee || !isRuntimes(call))
      return;
    llvm::StringRef text = source().text(duration->getSourceRange());
    Edits edit = edits();
    edit.require(!text.empty() && isPure(duration));
    std::string type = qualifierOf(source(), call) + "Timer ";
    if (const VarDecl *variable = variableMadeBy(unit(), call)) {
      std::string name = variable->getNameAsString();
      edit.require(onlyUsedIn(*variable, loop, returnsTimer(call)) &&
                   isFreeName(unit(), source(), name, *outside, &loop))
          .insertStatement(type + name + "(" + text + ");", *outside)
          .replace(source().statement(*statement),
                   name + ".reset(" + text + ");");
    } else {
      const Call *use = userOf(unit(), *call.expr());
      std::string name = freeName(unit(), source(),
                                  {"timer", "timeout", "deadline"}, *outside);
      edit.require(use && use->callee && !name.empty() &&
                   tableName(*use->callee) == "heddle::on_receive")
          .insertStatement(type + name + "(" + text + ");", *outside)
          .insertInBody(*loop.body, statement, name + ".reset(" + text + ");")
          .replace(call.expr()->getSourceRange(), name);
    }
    edit.include("heddle/timer.h", call.location());
    finding.fix(edit);
  }

  bool isRuntimes(const Call &call) const {
    const NamedDecl *made = call.callee;
    if (const auto *constructor = dyn_cast<CXXConstructorDecl>(call.callee))
      made = constructor->getParent();
    std::string name = tableName(*made);
    return name == "heddle::after" || name == "heddle::Timer";
  }

  // The outermost loop around, if the duration is known there.
  const Stmt *outermost(const Loop &loop, const Expr *duration) const {
    const Loop *outer = &loop;
    while (const Loop *next = lexicalLoop(unit(), outer->stmt))
      outer = next;
    if (!duration || statementOf(unit(), outer->stmt) != outer->stmt)
      return nullptr;
    return isKnownAt(unit(), *duration, *outer->stmt) ? outer->stmt : nullptr;
  }

  // What was gone after the round may not be seen from outside of it.
  bool onlyUsedIn(const VarDecl &variable, const Loop &loop,
                  bool wasChannel) const {
    return llvm::all_of(unit().mentions(&variable), [&](const Expr *mention) {
      const Call *use = userOf(unit(), *mention);
      if (!use || use->caller != loop.function || !use->callee)
        return false;
      bool received = tableName(*use->callee) == "heddle::on_receive";
      return received || (!wasChannel && objectOf(*use) == &variable);
    });
  }
};

} // namespace

extern const CheckInfo timer_in_loop = {
    .summary = "a new timer in each round of a loop",
    .tier = Tier::Cost,
    .fix = Fix::Safe,
    .seeds = "A9 B10 D1 E16",
    .since = "0.1",
    .make = makeCheck<TimerInLoop>,
};

} // namespace heddle::checks
