/// A bound for tasks that nothing joins.
#pragma once

#include "analysis/spawns.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Makes `spawn`, a plain one, a `spawn_limited`, with slots that are made once
/// before `anchor`, a statement around it. `count` is how many, with `%` for
/// the runtime's namespace: "2 * %available_procs()".
Edits asLimitedSpawn(Unit &unit, const Source &source, const Call &spawn,
                     const clang::Stmt &anchor, llvm::StringRef count);

} // namespace heddle::checks
