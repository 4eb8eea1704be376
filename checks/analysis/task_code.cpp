#include "analysis/task_code.h"

#include "analysis/constants.h"
#include "analysis/loops.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

#include <deque>

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

// Who says how it waits, or what it does with a callable, is believed: its body
// is not looked into.
constexpr RoleSet declaring = {
    Role::Suspends,     Role::Blocks,           Role::Yields,
    Role::TakesLock,    Role::ReturnsAtOnce,    Role::CallsArgument,
    Role::CallsOnce,    Role::CallsInLoop,      Role::HandsOff,
    Role::Spawns,       Role::RegistersHandler, Role::StartsRuntime,
    Role::StartsThread,
};

class TaskCode {
public:
  explicit TaskCode(Unit &unit) : unit(unit) {
    spread(anywhere, /*intoHandOffs=*/true);
    spread(onProcessor, /*intoHandOffs=*/false);
    markThreads();
    countTasks();
  }

  std::optional<TaskPath> path(const Function &fn) const {
    return pathIn(anywhere, fn);
  }

  std::optional<TaskPath> pathOnProcessor(const Function &fn) const {
    return pathIn(onProcessor, fn);
  }

  bool isOfSeveral(const Function &fn) const { return tasks.lookup(&fn) > 1; }

  bool isOnlyThreads(const Function &fn) const {
    return threads.contains(&fn) && !anywhere.contains(&fn);
  }

private:
  // The call because of which a function runs in a task; `starts` where it is
  // the task's body.
  struct Origin {
    const Call *call;
    bool starts;
  };
  using Origins = DenseMap<const Function *, Origin>;

  // A callable that is run once per item, or beside others, by tasks that the
  // call waits for, is their body too.
  bool startsTask(const Invocation &invocation) const {
    switch (invocation.execution) {
    case Execution::Spawned:
    case Execution::Main:
    case Execution::Handler:
      return true;
    default:
      return invocation.argument && runsDuringCall(invocation.execution) &&
             unit.roles(*invocation.call).has(Role::BoundsSpawns);
    }
  }

  bool leadsOn(const Invocation &invocation, bool intoHandOffs) const {
    if (!runsDuringCall(invocation.execution))
      return false;
    RoleSet roles = unit.roles(*invocation.call);
    if (!invocation.argument)
      return !roles.hasAny(declaring);
    return intoHandOffs || !roles.has(Role::HandsOff);
  }

  // Nearest first, so that paths come out shortest.
  void spread(Origins &origins, bool intoHandOffs) const {
    std::deque<const Function *> pending;
    for (const Function *fn : unit.functions())
      for (const Invocation &invoker : invokers(unit, *fn))
        if (startsTask(invoker) &&
            origins.try_emplace(fn, Origin{invoker.call, true}).second)
          pending.push_back(fn);
    while (!pending.empty()) {
      const Function *fn = pending.front();
      pending.pop_front();
      for (const Call *call : fn->calls)
        for (const Invocation &next : invocations(unit, *call))
          if (leadsOn(next, intoHandOffs) &&
              origins.try_emplace(next.target, Origin{call, false}).second)
            pending.push_back(next.target);
    }
  }

  void markThreads() {
    SmallVector<const Function *> pending;
    for (const Function *fn : unit.functions())
      if (any_of(invokers(unit, *fn), [](const Invocation &invoker) {
            return invoker.execution == Execution::Thread;
          }))
        pending.push_back(fn);
    while (!pending.empty()) {
      const Function *fn = pending.pop_back_val();
      if (!threads.insert(fn).second)
        continue;
      for (const Call *call : fn->calls)
        for (const Invocation &next : invocations(unit, *call))
          if (runsDuringCall(next.execution))
            pending.push_back(next.target);
    }
  }

  // A task that is started by several is several itself: counted until that
  // adds none.
  void countTasks() {
    std::vector<Invocation> starts;
    for (const Function *fn : unit.functions())
      for (const Invocation &invoker : invokers(unit, *fn))
        if (startsTask(invoker) && invoker.execution != Execution::Main &&
            !isDeclared(*invoker.call->caller))
          starts.push_back(invoker);
    DenseSet<const Call *> repeated;
    for (const Invocation &start : starts)
      if (isRepeated(start))
        repeated.insert(start.call);
    for (size_t known = ~size_t(0); known != repeated.size();) {
      known = repeated.size();
      tasks.clear();
      for (const Invocation &start : starts)
        addTask(start, repeated.contains(start.call) ? 2 : 1);
      for (const Invocation &start : starts)
        if (isOfSeveral(*start.call->caller))
          repeated.insert(start.call);
    }
  }

  // What starts tasks in there is a matter of who calls it.
  bool isDeclared(const Function &fn) const {
    return unit.roles(fn.decl).hasAny(declaring) ||
           (fn.enclosing && isDeclared(*fn.enclosing));
  }

  bool isRepeated(const Invocation &start) const {
    for (auto [index, argument] : enumerate(start.call->args()))
      if (isSingleWorker(*start.call, index, *argument))
        return false;
    return start.execution != Execution::Spawned
               ? start.execution != Execution::Called &&
                     start.execution != Execution::CalledOnce
               : enclosingLoop(unit, start.call->site) != nullptr;
  }

  bool isSingleWorker(const Call &call, unsigned index,
                      const Expr &argument) const {
    return call.callee && index < call.callee->getNumParams() &&
           call.callee->getParamDecl(index)->getName() == "workers" &&
           constant(unit, &argument) == 1;
  }

  void addTask(const Invocation &start, unsigned count) {
    DenseSet<const Function *> reached;
    SmallVector<const Function *> pending = {start.target};
    while (!pending.empty()) {
      const Function *fn = pending.pop_back_val();
      if (!reached.insert(fn).second)
        continue;
      tasks[fn] += count;
      for (const Call *call : fn->calls)
        for (const Invocation &next : invocations(unit, *call))
          if (leadsOn(next, /*intoHandOffs=*/true))
            pending.push_back(next.target);
    }
  }

  std::optional<TaskPath> pathIn(const Origins &origins,
                                 const Function &fn) const {
    auto found = origins.find(&fn);
    if (found == origins.end())
      return std::nullopt;
    SmallVector<const Call *, 4> calls;
    while (!found->second.starts) {
      calls.push_back(found->second.call);
      found = origins.find(found->second.call->caller);
    }
    TaskPath path{found->second.call, {}};
    path.calls.assign(calls.rbegin(), calls.rend());
    return path;
  }

  Unit &unit;
  Origins anywhere, onProcessor;
  DenseSet<const Function *> threads;
  DenseMap<const Function *, unsigned> tasks;
};

} // namespace

StringRef TaskPath::explanation(const Unit &unit) const {
  RoleSet roles = unit.roles(*start);
  if (roles.has(Role::RegistersHandler))
    return "in a handler that is registered here";
  if (roles.has(Role::StartsRuntime))
    return "in the runtime's first task, which starts here";
  return "in a task that is started here";
}

std::optional<TaskPath> taskCode(Unit &unit, const Function &fn) {
  return unit.get<TaskCode>().path(fn);
}

std::optional<TaskPath> taskCodeOnProcessor(Unit &unit, const Function &fn) {
  return unit.get<TaskCode>().pathOnProcessor(fn);
}

bool runsInSeveralTasks(Unit &unit, const Function &fn) {
  return unit.get<TaskCode>().isOfSeveral(fn);
}

bool isOnlyThreadCode(Unit &unit, const Function &fn) {
  return unit.get<TaskCode>().isOnlyThreads(fn);
}

} // namespace heddle::checks
