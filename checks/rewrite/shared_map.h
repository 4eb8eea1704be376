/// A lock and the map it guards, as one map that tasks may share.
#pragma once

#include "analysis/guarded_map.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Declares the map of `guarded` as a `type`, "heddle::ShardedMap", takes the
/// lock out, and makes one call of each section. Fails where some section is
/// more than a look-up, an insertion, a removal or a change of one value.
Edits asSharedMap(Unit &unit, const Source &source, const GuardedMap &guarded,
                  llvm::StringRef type);

} // namespace heddle::checks
