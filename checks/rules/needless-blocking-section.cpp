#include "analysis/callables.h"
#include "analysis/captures.h"
#include "analysis/lock_regions.h"
#include "analysis/pins.h"
#include "analysis/spawns.h"
#include "analysis/suspends.h"
#include "analysis/tests.h"
#include "framework/check.h"

#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A section is for what waits in the kernel. What waits in the runtime parks
// its task for next to nothing, but in a section it parks a whole thread.
class NeedlessBlockingSection final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function))
      return;
    for (const Call *call : function.calls)
      if (unit().roles(*call).has(Role::HandsOff))
        for (const Invocation &run : invocations(unit(), *call))
          if (run.argument && onlySuspends(*call, *run.target))
            report(*call, *run.target, *run.argument);
  }

  bool onlySuspends(const Call &section, const Function &body) {
    const Call *wait = nullptr;
    for (const Call *call : body.calls) {
      if (blocks(unit(), *call) || needsThread(unit(), *call) ||
          suspendsForLock(unit(), *call))
        return false;
      if (suspends(unit(), *call))
        wait = wait ? wait : call;
      else if (!isSmall(*call))
        return false;
    }
    return wait && lockRegions(unit(), body).empty() &&
           unseenCalls(unit(), {&section, nullptr, {}, body.calls}).empty();
  }

  // Work of one's own may need the section's stack.
  bool isSmall(const Call &call) {
    return call.callee &&
           (isStandard(*call.callee) || call.callee->getBuiltinID() != 0 ||
            call.callee->isImplicit() || call.callee->isDefaulted() ||
            !unit().function(call.callee) || !unit().roles(call).empty());
  }

  void report(const Call &section, const Function &body, unsigned argument) {
    const Call *wait = *llvm::find_if(body.calls, [&](const Call *call) {
      return suspends(unit(), *call).has_value();
    });
    Finding &finding =
        diag(section.location(),
             "'%0' holds a thread while '%1' needs none to wait")
        << section.callee->getNameAsString()
        << (wait->callee ? wait->callee->getNameAsString() : "the call");
    finding.note(wait->location(), "it suspends the task here");
    finding.fix(unwrapped(section, body, argument));
  }

  Edits unwrapped(const Call &section, const Function &body,
                  unsigned argument) {
    SourceRange whole = section.expr()->getSourceRange();
    const Expr *callable = section.args()[argument];
    const LambdaExpr *lambda = literalLambda(callable);
    if (!lambda) {
      const ValueDecl *named = namedBy(callable);
      return edits().require(named).replace(
          whole, named ? named->getNameAsString() + "()" : "");
    }
    Edits edit = edits();
    const auto *block = cast<CompoundStmt>(lambda->getBody());
    edit.require(body.lambda == lambda && !lambda->hasExplicitResultType() &&
                 llvm::all_of(captures(*lambda), [](const Capture &capture) {
                   return capture.kind == Capture::Reference ||
                          capture.kind == Capture::This;
                 }));
    const Stmt *only = block->size() == 1 ? block->body_front() : nullptr;
    const Stmt *statement = statementOf(unit(), section.site);
    bool isStatement = statement && onlyCall(unit(), statement) == &section;
    if (const auto *result = dyn_cast_or_null<ReturnStmt>(only)) {
      const Expr *value = result->getRetValue();
      return edit
          .require(value && value->isPRValue() &&
                   isa<CallExpr>(value->IgnoreUnlessSpelledInSource()))
          .replace(whole, value ? source().text(value->getSourceRange()) : "");
    }
    edit.require(isStatement && body.returns.empty());
    if (only && isa<Expr>(only))
      return edit.replace(whole, source().text(only->getSourceRange()));
    auto inner = source().span(block->getSourceRange());
    auto outer = statement ? source().statement(*statement) : std::nullopt;
    edit.require(inner && outer);
    if (!edit)
      return edit;
    return edit.replace(Span{outer->file, outer->begin, inner->begin}, "")
        .replace(Span{outer->file, inner->end, outer->end}, "");
  }
};

} // namespace

extern const CheckInfo needless_blocking_section = {
    .summary = "section for blocking calls around calls that only suspend",
    .tier = Tier::Cost,
    .fix = Fix::Safe,
    .seeds = "E11",
    .since = "0.1",
    .make = makeCheck<NeedlessBlockingSection>,
};

} // namespace heddle::checks
