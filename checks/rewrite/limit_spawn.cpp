#include "rewrite/limit_spawn.h"

#include "rewrite/scope.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {

Edits asLimitedSpawn(Unit &unit, const Source &source, const Call &spawn,
                     const Stmt &anchor, StringRef count) {
  Edits limit(source);
  const auto *call = dyn_cast<CallExpr>(spawn.site);
  limit.require(call && spawn.callee &&
                tableName(*spawn.callee) == "heddle::spawn" &&
                unit.functionOf(&anchor) == spawn.caller &&
                statementOf(unit, &anchor) == &anchor &&
                isFreeName(unit, source, "slots", anchor));
  if (!limit)
    return limit;
  // What is detached outlives its spawner, and so must the slots.
  std::string qualifier = qualifierOf(source, spawn);
  auto [before, after] = count.split('%');
  std::string size =
      count.contains('%') ? (before + qualifier + after).str() : count.str();
  limit
      .insertStatement("static " + qualifier + "Semaphore slots(" + size + ");",
                       anchor)
      .replace(call->getCallee()->getSourceRange(), qualifier + "spawn_limited")
      .insertBefore(call->getArg(0)->getBeginLoc(), "slots, ")
      .include("heddle/runtime.h", call->getBeginLoc())
      .include("heddle/semaphore.h", call->getBeginLoc());
  if (const LambdaExpr *task = literalLambda(call->getArg(0)))
    limit.breakLambda(*task, StringRef("_limitedslots, ").size());
  return limit;
}

} // namespace heddle::checks
