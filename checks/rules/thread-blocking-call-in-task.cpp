#include "analysis/constants.h"
#include "analysis/names.h"
#include "analysis/polling.h"
#include "analysis/spawns.h"
#include "analysis/suspends.h"
#include "analysis/task_code.h"
#include "analysis/tests.h"
#include "analysis/timers.h"
#include "framework/check.h"
#include "rewrite/blocking_section.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A task that waits in the kernel holds its thread, and with it the processor
// that others wait for, until the monitor takes that away. Within blocking()
// the processor goes to others at once.
class ThreadBlockingCallInTask final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function) ||
        unit().roles(function.decl).hasAny({Role::Blocks, Role::Suspends}))
      return;
    auto path = taskCodeOnProcessor(unit(), function);
    if (!path)
      return;
    // Code in view that blocks is task code too, and told where it does.
    for (const Call *call : function.calls)
      if (auto wait = blocks(unit(), *call);
          wait && wait->calls.size() == 1 && !handsOff(*call) &&
          !isToTerminalOrLog(*call) && !isAskedBefore(*call) &&
          !isPollingPause(*call))
        report(*call, *path);
  }

  // The runtime's files and processes do so by themselves.
  bool handsOff(const Call &call) {
    return unit().roles(call).has(Role::HandsOff);
  }

  // yield-poll-loop tells of the whole loop.
  bool isPollingPause(const Call &call) {
    const Loop *loop = lexicalLoop(unit(), call.site);
    return loop && unit().roles(call).has(Role::Sleeps) &&
           polling(unit(), *loop);
  }

  // `if (result.wait_for(0s) == std::future_status::ready) use(result.get());`
  bool isAskedBefore(const Call &call) {
    const ValueDecl *object = objectOf(call);
    return object && call.callee->getName() == "get" &&
           llvm::any_of(call.caller->calls, [&](const Call *other) {
             return other->callee && other->callee->getIdentifier() &&
                    other->callee->getName().starts_with("wait_") &&
                    objectOf(*other) == object;
           });
  }

  bool isToTerminalOrLog(const Call &call) {
    if (!call.callee)
      return false;
    const VarDecl *made = variableMadeBy(unit(), call);
    if (made && isa<CXXConstructorDecl>(call.callee) &&
        hasWord(*made, {"log", "logger", "trace"}))
      return true;
    std::string name = tableName(*call.callee);
    bool isStream = name == "fflush" || name == "fwrite" || name == "fgets";
    if (name == "write" && !call.args().empty()) {
      auto descriptor = constant(unit(), call.args()[0]);
      return descriptor && *descriptor <= 2;
    }
    return (isStream || call.callee->getNumParams() == 0) &&
           llvm::any_of(call.args(), [](const Expr *argument) {
             const ValueDecl *stream = namedBy(argument);
             return stream && hasWord(*stream, {"stdout", "stderr", "stdin",
                                                "log", "logger", "trace"});
           });
  }

  void report(const Call &call, const TaskPath &path) {
    Finding &finding = diag(call.location(), "'%0' blocks the task's thread")
                       << nameOf(call);
    finding.note(path.start->location(), path.explanation(unit()));
    for (const Call *step : path.calls)
      finding.note(step->location(), "reached through this call");
    if (call.callee && tableName(*call.callee) == "std::this_thread::sleep_for")
      finding.fix(asTaskSleep(unit(), source(), call));
    else
      finding.review(call.location(),
                     "within blocking() others get the processor meanwhile; "
                     "errno is to be read in there too",
                     inBlockingSection(unit(), source(), call));
  }

  static std::string nameOf(const Call &call) {
    if (call.destroyed)
      return "the end of " + call.destroyed->getNameAsString();
    if (const auto *made = dyn_cast<CXXConstructorDecl>(call.callee))
      return made->getParent()->getNameAsString();
    return call.callee->getNameAsString();
  }
};

} // namespace

extern const CheckInfo thread_blocking_call_in_task = {
    .summary = "call that blocks the OS thread of a task",
    .tier = Tier::Cost,
    .fix = Fix::SafeOrReview,
    .seeds = "E9",
    .since = "0.1",
    .yieldsTo = {"sleep-as-yield", "yield-poll-loop"},
    .make = makeCheck<ThreadBlockingCallInTask>,
};

} // namespace heddle::checks
