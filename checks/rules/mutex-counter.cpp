#include "analysis/guarded_integral.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/atomic_integral.h"

using namespace clang;

namespace heddle::checks {
namespace {

// A mutex around one number makes tasks queue, and parks them, for what the
// processor does in one instruction.
class MutexCounter final : public Check {
  using Check::Check;

  void checkUnit() override {
    for (const GuardedIntegral &guarded : guardedIntegrals(unit()))
      if (!isTestCode(*guarded.sections.front().region->function))
        report(guarded);
  }

  void report(const GuardedIntegral &guarded) {
    enter(guarded.sections.front().region->function);
    Finding &finding =
        diag(guarded.lock->getLocation(), "%0 guards nothing but the number %1")
        << guarded.lock << guarded.integral;
    finding.note(guarded.integral->getLocation(), "this number");
    for (const GuardedIntegral::Section &section : guarded.sections)
      finding.note(section.region->acquired, "locked here for one step");
    finding.fix(asAtomic(unit(), source(), guarded));
  }
};

} // namespace

extern const CheckInfo mutex_counter = {
    .summary = "mutex that guards nothing but one number",
    .tier = Tier::Cost,
    .fix = Fix::Safe,
    .seeds = "A13 D17",
    .since = "0.1",
    .make = makeCheck<MutexCounter>,
};

} // namespace heddle::checks
