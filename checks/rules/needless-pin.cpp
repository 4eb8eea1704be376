#include "analysis/pins.h"
#include "analysis/spawns.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/removal.h"

#include "clang/AST/DeclCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A pinned task keeps a thread for itself: nobody else runs on it while the
// task waits, and nobody can steal the task. Only code whose state lives in the
// thread needs that: some C libraries, some system calls, thread-local
// variables.
class NeedlessPin final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const PinnedRegion &region : pinnedRegions(unit(), function))
      if (!needsItsThread(unit(), region))
        report(region);
  }

  void report(const PinnedRegion &region) {
    const Call &pin = *region.pin;
    SourceLocation location =
        region.guard ? region.guard->getLocation() : pin.location();
    Finding &finding =
        diag(location, "'%0' pins a thread that nothing here needs")
        << (region.guard ? region.guard->getNameAsString()
                         : pin.callee->getNameAsString());

    std::vector<CallPath> unseen = unseenCalls(unit(), region);
    if (unseen.empty()) {
      finding.fix(withoutPin(region));
      return;
    }
    // The first is enough to look at: it decides whether to look further.
    const CallPath &path = unseen.front();
    for (const Call *step : path.calls)
      if (step != &path.last())
        finding.note(step->location(), "reached through this call");
    std::string text =
        "the code of '" + nameOf(path.last()) +
        "' is not in view; without the pin it may run on any thread";
    if (Edits fix = withoutPin(region))
      finding.review(path.last().location(), text, fix);
    else
      finding.note(path.last().location(), text);
  }

  Edits withoutPin(const PinnedRegion &region) {
    if (region.guard) {
      const Stmt *declaration = statementOf(unit(), region.pin->site);
      return edits()
          .require(declaration && unit().mentions(region.guard).empty() &&
                   doesNothingElse(*region.pin))
          .remove(*(declaration ? declaration : region.pin->site));
    }
    Edits all = edits();
    removeCall(all, unit(), *region.pin);
    for (const Call *unpin : region.unpins)
      removeCall(all, unit(), *unpin);
    return all.require(pinsOnce(*region.pin->caller));
  }

  // A user's guard may do more than to pin.
  bool doesNothingElse(const Call &construction) {
    const auto *record =
        cast<CXXConstructorDecl>(construction.callee)->getParent();
    if (unit().roles(record).has(Role::PinsScope))
      return construction.args().empty() ||
             llvm::all_of(construction.args(), [](const Expr *argument) {
               return isa<CXXDefaultArgExpr>(argument);
             });
    auto isSingle = [&](const FunctionDecl *fn) {
      const Function *body = unit().function(fn);
      return body && body->calls.size() == 1 && isa<CompoundStmt>(body->body) &&
             cast<CompoundStmt>(body->body)->size() == 1;
    };
    return construction.args().empty() && isSingle(construction.callee) &&
           isSingle(record->getDestructor()) && record->field_empty();
  }

  // Nested pins: which of them an unpin undoes, only a person can tell.
  bool pinsOnce(const Function &function) {
    return pinnedRegions(unit(), function).size() == 1;
  }

  static std::string nameOf(const Call &call) {
    return call.callee ? call.callee->getNameAsString() : "a function pointer";
  }
};

} // namespace

extern const CheckInfo needless_pin = {
    .summary = "task pinned to a thread that nothing it does needs",
    .tier = Tier::Cost,
    .fix = Fix::SafeOrReview,
    .seeds = "A7 B2 B17 C9 E7",
    .since = "0.1",
    .yieldsTo = {"pinned-sleep"},
    .make = makeCheck<NeedlessPin>,
};

} // namespace heddle::checks
