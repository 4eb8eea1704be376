// Taking calls out of the region that a lock is held in.
#pragma once

#include "analysis/lock_regions.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Makes `waits`, all the calls of `region` that wait, before the lock is
/// taken. Fails unless it is proven that nothing on the way there uses what the
/// lock guards, and that the lock has something left to guard.
Edits takenBefore(Unit &unit, const Source &source, const LockRegion &region,
                  llvm::ArrayRef<const Call *> waits);

/// The same where that is likely only; or gives the lock back for the statement
/// of the first of `waits`.
Edits takenOut(Unit &unit, const Source &source, const LockRegion &region,
               llvm::ArrayRef<const Call *> waits);

} // namespace heddle::checks
