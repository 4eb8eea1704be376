#include "analysis/hot.h"

#include "analysis/callables.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <deque>

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

class HotPlaces {
public:
  explicit HotPlaces(Unit &unit) : unit(unit) { spread(); }

  std::optional<HotPath> of(const Function &fn, const Stmt *stmt) const {
    if (initialisesStatic(unit, stmt))
      return std::nullopt;
    if (auto path = loopAround(stmt))
      return path;
    if (!origins.contains(&fn))
      return std::nullopt;
    SmallVector<const Call *, 4> calls;
    const Function *at = &fn;
    for (;;) {
      const Origin &origin = origins.find(at)->second;
      if (!origin.call) {
        HotPath path = origin.path;
        path.calls.assign(calls.rbegin(), calls.rend());
        return path;
      }
      calls.push_back(origin.call);
      if (auto path = loopAround(origin.call->site)) {
        path->calls.assign(calls.rbegin(), calls.rend());
        return path;
      }
      at = origin.call->caller;
    }
  }

private:
  // Why a function is hot: by itself, or because of a call in a hot place.
  struct Origin {
    HotPath path;
    const Call *call = nullptr;
  };

  std::optional<HotPath> loopAround(const Stmt *stmt) const {
    for (const Loop *loop = lexicalLoop(unit, stmt); loop;
         loop = lexicalLoop(unit, loop->stmt))
      if (auto path = hotLoop(*loop))
        return path;
    return std::nullopt;
  }

  std::optional<HotPath> hotLoop(const Loop &loop) const {
    if (loop.bounded() || paced(unit, loop))
      return std::nullopt;
    auto reason =
        receiving(unit, loop) ? HotPath::InReceivingLoop : HotPath::InLoop;
    return HotPath{reason, loop.stmt->getBeginLoc(), &loop, {}};
  }

  // What makes `fn` hot without a call from a hot place.
  std::optional<HotPath> intrinsic(const Function &fn) const {
    if (unit.roles(fn.decl).has(Role::Hot))
      return HotPath{HotPath::Marked, fn.location(), nullptr, {}};
    for (const Invocation &invoker : invokers(unit, fn)) {
      if (invoker.execution == Execution::Handler)
        return HotPath{
            HotPath::InHandler, invoker.call->location(), nullptr, {}};
      if (invoker.execution == Execution::CalledInLoop && !hasFewItems(invoker))
        return HotPath{HotPath::InLoop, invoker.call->location(), nullptr, {}};
    }
    return std::nullopt;
  }

  bool hasFewItems(const Invocation &invoker) const {
    const Loop *loop = enclosingLoop(unit, invoker.target->body);
    return loop && loop->callable == invoker.target && loop->bounded();
  }

  void spread() {
    std::deque<const Function *> pending;
    for (const Function *fn : unit.functions())
      if (auto path = intrinsic(*fn)) {
        origins[fn] = {*path, nullptr};
        pending.push_back(fn);
      }
    for (const Function *fn : unit.functions())
      for (const Call *call : fn->calls)
        if (loopAround(call->site))
          reach(*call, pending);
    while (!pending.empty()) {
      const Function *fn = pending.front();
      pending.pop_front();
      for (const Call *call : fn->calls)
        reach(*call, pending);
    }
  }

  void reach(const Call &call, std::deque<const Function *> &pending) {
    for (const Invocation &invocation : invocations(unit, call))
      if (invocation.execution != Execution::Unknown &&
          invocation.execution != Execution::CalledOnce &&
          invocation.target != call.caller &&
          origins.try_emplace(invocation.target, Origin{{}, &call}).second)
        pending.push_back(invocation.target);
  }

  Unit &unit;
  DenseMap<const Function *, Origin> origins;
};

} // namespace

StringRef HotPath::explanation() const {
  switch (reason) {
  case InLoop:
    return "repeated here";
  case InReceivingLoop:
    return "repeated for each item received here";
  case InHandler:
    return "runs for each event of the handler registered here";
  case Marked:
    return "marked as running often here";
  }
  return {};
}

std::optional<HotPath> hot(Unit &unit, const Function &fn, const Stmt *stmt) {
  return unit.get<HotPlaces>().of(fn, stmt);
}

std::optional<HotPath> hot(Unit &unit, const Call &call) {
  return hot(unit, *call.caller, call.site);
}

} // namespace heddle::checks
