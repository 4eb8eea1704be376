#include "analysis/stack_frames.h"
#include "analysis/task_code.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/own_stack.h"

using namespace clang;

namespace heddle::checks {
namespace {

// The stack of a task is small and of fixed size: thousands of them fit where
// threads have one each. Past its end is a guard page, and the program ends.
class LargeStackFrame final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    auto path = taskCode(unit(), function);
    if (!path || !path->calls.empty() || isTestCode(function))
      return;
    uint64_t size = stackSize(unit()).value_or(number("StackBytes"));
    DeepestPath deepest = deepestPath(unit(), function);
    if (size > 0 && deepest.bytes > size / 2 && deepest.largest)
      report(deepest, *path->start, path->explanation(unit()), size);
  }

  void report(const DeepestPath &deepest, const Call &start,
              llvm::StringRef explanation, uint64_t size) {
    Finding &finding =
        diag(deepest.largest->getLocation(),
             "with %0, locals take %1 KiB of a task's stack of %2 KiB")
        << deepest.largest << unsigned(deepest.bytes / 1024)
        << unsigned(size / 1024);
    finding.note(start.location(), explanation);
    for (unsigned i = 0; i < deepest.owner; ++i)
      finding.note(deepest.steps[i].call->location(),
                   "reached through this call");
    finding.fix(withStack(deepest, size));
  }

  // The call nearest to the variable above which the rest fits well.
  Edits withStack(const DeepestPath &deepest, uint64_t size) {
    for (unsigned i = deepest.owner; i > 0; --i) {
      const DeepestPath::Step &step = deepest.steps[i];
      if (deepest.bytes - step.bytes <= size / 4)
        return calledOnStack(unit(), source(), *deepest.steps[i - 1].call,
                             roomFor(step.bytes));
    }
    return runOnStack(unit(), source(), *deepest.steps.front().function,
                      roomFor(deepest.bytes));
  }

  // With as much again for what the locals do not show.
  static uint64_t roomFor(uint64_t bytes) {
    constexpr uint64_t unit = 64 * 1024;
    return (2 * bytes + unit - 1) / unit * unit;
  }
};

} // namespace

extern const CheckInfo large_stack_frame = {
    .summary = "locals that do not fit a task's stack",
    .tier = Tier::Bug,
    .fix = Fix::Safe,
    .seeds = "",
    .since = "0.1",
    .options = {{"StackBytes", OptionType::Number, "262144",
                 "Options::stack_size, where no code in view names it"}},
    .make = makeCheck<LargeStackFrame>,
};

} // namespace heddle::checks
