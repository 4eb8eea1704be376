#include "analysis/pins.h"
#include "analysis/spawns.h"
#include "analysis/tests.h"
#include "analysis/uses.h"
#include "framework/check.h"
#include "rewrite/removal.h"
#include "rewrite/scope.h"

#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A pin that is not undone outlives the work it was for: the task keeps its
// thread through all that it does next, and each time around it binds one level
// deeper.
class UnpairedPins final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const UnpairedPin &unpaired : unpairedPins(unit(), function))
      report(function, unpaired);
  }

  void report(const Function &function, const UnpairedPin &unpaired) {
    const Call &pin = *unpaired.pin;
    Finding &finding = diag(pin.location(), "'%0' is not undone on every path")
                       << pin.callee->getNameAsString();
    for (SourceLocation exit : unpaired.exits)
      finding.note(exit, "the task may leave here still pinned");

    const Stmt *statement = statementOf(unit(), pin.site);
    Edits guard = asGuard(unpaired, statement);
    bool sameEnd = llvm::all_of(unpaired.unpins, [&](const Call *unpin) {
      return endsWith(function, *unpin, statement);
    });
    if (sameEnd)
      finding.fix(guard);
    else
      finding.review(pin.location(),
                     "with a guard, the pin lasts to the end of the block",
                     guard);
  }

  Edits asGuard(const UnpairedPin &unpaired, const Stmt *statement) {
    const Call &pin = *unpaired.pin;
    Edits result = edits();
    std::string name = statement ? freeName(unit(), source(),
                                            {"pin", "thread_pin"}, *statement)
                                 : "";
    result.require(!name.empty() && isRuntimes(pin) && pin.expr() &&
                   onlyCall(unit(), statement) == &pin &&
                   outlives(*statement, unpaired.unpins) &&
                   onlyPin(*pin.caller));
    if (!result)
      return result;
    for (const Call *unpin : unpaired.unpins)
      removeCall(result, unit(), *unpin);
    return result.replace(source().statement(*statement),
                          qualifierOf(source(), pin) + "ThreadPin " + name +
                              ";");
  }

  bool isRuntimes(const Call &pin) const {
    return tableName(*pin.callee) == "heddle::pin_thread";
  }

  bool onlyPin(const Function &function) {
    return llvm::count_if(function.calls, [&](const Call *call) {
             return pins(unit(), *call);
           }) == 1;
  }

  // The guard lives at least as long as the pin was in force.
  bool outlives(const Stmt &statement, llvm::ArrayRef<const Call *> unpins) {
    const Stmt *block = unit().parent(&statement);
    return block && llvm::all_of(unpins, [&](const Call *unpin) {
             return contains(block, unpin->site);
           });
  }

  // Nothing is done after `unpin` but to leave.
  bool endsWith(const Function &function, const Call &unpin,
                const Stmt *pinned) {
    const Stmt *statement = statementOf(unit(), unpin.site);
    const Stmt *next = statement ? neighbour(unit(), statement, 1) : nullptr;
    if (!next)
      return statement && pinned &&
             unit().parent(statement) == unit().parent(pinned);
    const auto *result = dyn_cast<ReturnStmt>(next);
    return result && llvm::none_of(function.calls, [&](const Call *call) {
             return call->expr() && contains(result, call->site);
           });
  }
};

} // namespace

extern const CheckInfo unpaired_pin = {
    .summary = "pin that some way out does not undo",
    .tier = Tier::Bug,
    .fix = Fix::SafeOrReview,
    .seeds = "E2",
    .since = "0.1",
    // Without the pin there is nothing to undo.
    .yieldsTo = {"needless-pin"},
    .make = makeCheck<UnpairedPins>,
};

} // namespace heddle::checks
