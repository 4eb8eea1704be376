#include "analysis/joins.h"
#include "analysis/tests.h"
#include "framework/check.h"
#include "rewrite/direct_call.h"

#include "clang/AST/DeclCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

// What ends an object's work may be the last thing that runs. A task that it
// leaves behind may never come to run, or runs when the object is gone.
class SpawnInShutdown final : public FunctionCheck {
  using FunctionCheck::FunctionCheck;

  void checkFunction(const Function &function) override {
    if (isTestCode(function) || !endsWork(function))
      return;
    for (const Call *call : function.calls)
      if (auto spawn = spawns(unit(), *call);
          spawn && isDetached(unit(), *spawn))
        report(*spawn, function);
  }

  bool endsWork(const Function &function) {
    for (const Function *fn = &function; fn; fn = fn->enclosing) {
      if (!fn->decl)
        return false;
      if (fn->lambda)
        continue;
      if (isa<CXXDestructorDecl>(fn->decl) ||
          unit().roles(fn->decl).has(Role::ShutsDown))
        return true;
      const IdentifierInfo *name = fn->decl->getIdentifier();
      return name && llvm::is_contained({"close", "stop", "shutdown", "Close",
                                         "Stop", "Shutdown"},
                                        name->getName());
    }
    return false;
  }

  void report(const Spawn &spawn, const Function &function) {
    const Call &start = *spawn.path.front();
    Finding &finding = diag(start.expr()->getBeginLoc(),
                            "'%0' leaves a task behind that nothing waits for")
                       << endOf(function).name();
    finding.covers(start.location());
    for (const Call *step : llvm::drop_begin(spawn.path))
      finding.note(step->location(), "spawned here");
    finding.fix(inPlace(unit(), source(), spawn));
  }

  static const Function &endOf(const Function &function) {
    const Function *fn = &function;
    while (fn->lambda && fn->enclosing)
      fn = fn->enclosing;
    return *fn;
  }
};

} // namespace

extern const CheckInfo spawn_in_shutdown = {
    .summary = "a detached task spawned by what ends the work",
    .tier = Tier::Bug,
    .fix = Fix::Safe,
    .seeds = "E25",
    .since = "0.2",
    .make = makeCheck<SpawnInShutdown>,
};

} // namespace heddle::checks
