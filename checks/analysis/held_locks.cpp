#include "analysis/held_locks.h"

#include "analysis/callables.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace heddle::checks {
namespace {

bool mayHold(Unit &unit, const Call &call,
             DenseSet<const Function *> &visited) {
  const Function &fn = *call.caller;
  if (any_of(lockRegions(unit, fn), [&](const LockRegion &region) {
        return region.threadBound && is_contained(region.calls, &call);
      }))
    return true;
  return visited.insert(&fn).second &&
         any_of(invokers(unit, fn), [&](const Invocation &invoker) {
           return runsDuringCall(invoker.execution) &&
                  mayHold(unit, *invoker.call, visited);
         });
}

} // namespace

bool mayHoldThreadLock(Unit &unit, const Call &call) {
  DenseSet<const Function *> visited;
  return mayHold(unit, call, visited);
}

} // namespace heddle::checks
