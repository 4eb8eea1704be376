#include "analysis/reach.h"

#include "analysis/callables.h"

namespace heddle::checks {
namespace {

// From callees to callers until nothing is added, so that the cost is that of
// the calls, not of the paths.
class Reach {
public:
  explicit Reach(Unit &unit) : unit(unit) {
    for (const Function *fn : unit.functions())
      visit(*fn);
    for (size_t next = 0; next < order.size(); ++next)
      readCalls(*order[next]);
    std::vector<const Function *> changed = order;
    while (!changed.empty()) {
      const Function *fn = changed.back();
      changed.pop_back();
      for (const Function *caller : callers[fn]) {
        RoleSet &roles = within[caller];
        RoleSet more = roles | within[fn];
        if (more == roles)
          continue;
        roles = more;
        changed.push_back(caller);
      }
    }
  }

  RoleSet of(const Function &fn) const { return within.lookup(&fn); }

private:
  void visit(const Function &fn) {
    if (within.try_emplace(&fn).second)
      order.push_back(&fn);
  }

  void readCalls(const Function &fn) {
    for (const Call *call : fn.calls) {
      within[&fn] |= unit.roles(*call);
      for (const Invocation &next : invocations(unit, *call))
        if (runsDuringCall(next.execution)) {
          visit(*next.target);
          callers[next.target].push_back(&fn);
        }
    }
  }

  Unit &unit;
  std::vector<const Function *> order;
  llvm::DenseMap<const Function *, RoleSet> within;
  llvm::DenseMap<const Function *, std::vector<const Function *>> callers;
};

} // namespace

RoleSet rolesWithin(Unit &unit, const Function &fn) {
  return unit.get<Reach>().of(fn);
}

} // namespace heddle::checks
