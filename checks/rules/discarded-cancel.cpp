#include "analysis/cancellation.h"
#include "analysis/exits.h"
#include "analysis/spawns.h"
#include "analysis/timers.h"
#include "analysis/uses.h"
#include "framework/check.h"
#include "rewrite/context_scope.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A context that nobody ends keeps its timer, and what was started with it,
// until its deadline or its parent's end.
class DiscardedCancel final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (!function.decl || unit().roles(function.decl).has(Role::MakesContext))
      return;
    for (const Call *call : function.calls)
      if (unit().roles(*call).has(Role::MakesContext))
        checkMade(*call);
  }

  void checkMade(const Call &call) {
    const Stmt *part = unit().wrapped(call.site);
    const Stmt *up = unit().parent(part);
    if (const auto *member = dyn_cast_or_null<MemberExpr>(up))
      return isCancel(unit(), *member->getMemberDecl())
                 ? void()
                 : reportDropped(call, *member);
    // The body of a constructor is the parent of its initialisers, too.
    if (const auto *block = dyn_cast_or_null<CompoundStmt>(up);
        block && llvm::is_contained(block->body(), part)) {
      diag(call.location(), "the context made here is never ended");
      return;
    }
    const VarDecl *variable = variableMadeBy(unit(), call);
    if (!variable || !variable->hasLocalStorage() ||
        !isa_and_nonnull<DeclStmt>(up))
      return;
    if (const auto *parts = dyn_cast<DecompositionDecl>(variable))
      checkParts(call, *parts);
    else if (!endsItsContext(unit(), variable->getType()))
      checkWhole(call, *variable);
  }

  // `with_timeout(…).context`
  void reportDropped(const Call &call, const MemberExpr &member) {
    Finding &finding =
        diag(call.location(), "what ends the context is dropped");
    const VarDecl *context = variableMadeBy(unit(), call);
    offer(finding, call, context,
          asScopedContext(unit(), source(), call, context, member));
  }

  void checkParts(const Call &call, const DecompositionDecl &parts) {
    const BindingDecl *context = nullptr, *cancel = nullptr;
    for (const BindingDecl *part : parts.bindings())
      (isCancel(unit(), *part) ? cancel : context) = part;
    if (cancel)
      checkCalls(call, *cancel, context, cancel->getNameAsString(),
                 unit().mentions(cancel));
  }

  // `Cancellation both = with_cancel(…);`
  void checkWhole(const Call &call, const VarDecl &both) {
    llvm::SmallVector<const Expr *, 4> cancels;
    for (const Expr *mention : unit().mentions(&both)) {
      const auto *member = dyn_cast_or_null<MemberExpr>(unit().parent(mention));
      if (!member)
        return;
      if (isCancel(unit(), *member->getMemberDecl()))
        cancels.push_back(member);
    }
    checkCalls(call, both, &both, both.getNameAsString() + ".cancel", cancels);
  }

  void checkCalls(const Call &call, const ValueDecl &name,
                  const ValueDecl *context, const std::string &text,
                  llvm::ArrayRef<const Expr *> mentions) {
    llvm::SmallVector<const Stmt *, 4> ends;
    for (const Expr *mention : mentions) {
      const Call *use = userOf(unit(), *mention);
      // Passed on, stored, returned or captured: others see to it.
      if (!use || use->caller != call.caller ||
          !unit().roles(*use).has(Role::EndsContext) ||
          isa<CXXConstructExpr>(use->site))
        return;
      ends.push_back(use->site);
    }
    const Stmt *declared = statementOf(unit(), call.site);
    auto way =
        declared ? wayOut(unit(), *call.caller, *declared, ends) : std::nullopt;
    if (!ends.empty() && !way)
      return;
    Finding &finding = diag(name.getLocation(),
                            ends.empty() ? "'%0' is never called"
                                         : "'%0' is not called on every path")
                       << text;
    finding.note(call.location(), "the context is made here");
    if (!ends.empty())
      finding.note(way->exit ? way->exit->getBeginLoc()
                             : call.caller->body->getEndLoc(),
                   "it is not called on the way to here");
    offer(finding, call, context,
          endedOnExit(unit(), source(), declared, text));
  }

  // Whoever keeps the context would see it end with the scope.
  void offer(Finding &finding, const Call &call, const ValueDecl *context,
             const Edits &edit) {
    if (!context || isKeptBeyond(unit(), *context, *call.caller))
      finding.review(call.location(),
                     "the context would end with this scope, also for those "
                     "who keep it",
                     edit);
    else
      finding.fix(edit);
  }
};

} // namespace

extern const CheckInfo discarded_cancel = {
    .summary = "context that is not ended on every path",
    .tier = Tier::Bug,
    .fix = Fix::SafeOrReview,
    .seeds = "D13",
    .since = "0.1",
    .make = makeCheck<DiscardedCancel>,
};

} // namespace heddle::checks
