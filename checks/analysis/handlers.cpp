#include "analysis/handlers.h"

#include "llvm/ADT/DenseMap.h"

#include <deque>

namespace heddle::checks {

std::optional<HandlerPath> handlerPath(Unit &unit, const Function &fn) {
  // From the code up to what calls it, nearest first.
  llvm::DenseMap<const Function *, const Call *> towards = {{&fn, nullptr}};
  std::deque<const Function *> pending = {&fn};
  while (!pending.empty()) {
    const Function *at = pending.front();
    pending.pop_front();
    for (const Invocation &invoker : invokers(unit, *at)) {
      if (invoker.execution == Execution::Handler) {
        HandlerPath path{invoker.call, at, {}};
        while (const Call *step = towards.lookup(at)) {
          path.calls.push_back(step);
          const Function *next = nullptr;
          for (const Invocation &each : invocations(unit, *step))
            if (runsDuringCall(each.execution) &&
                towards.contains(each.target) && each.target != at)
              next = each.target;
          if (!next || path.calls.size() > towards.size())
            break;
          at = next;
        }
        return path;
      }
      if (runsDuringCall(invoker.execution) &&
          invoker.execution != Execution::CalledOnce &&
          towards.try_emplace(invoker.call->caller, invoker.call).second)
        pending.push_back(invoker.call->caller);
    }
  }
  return std::nullopt;
}

} // namespace heddle::checks
