// Where a task is bound to its thread, and what there could need that.
#pragma once

#include "analysis/suspends.h"

namespace heddle::checks {

/// One place that binds the task to its thread, and what runs until it is let
/// go.
struct PinnedRegion {
  /// The call or construction that pins.
  const Call *pin;
  /// The object whose life is the region, if one is.
  const clang::VarDecl *guard = nullptr;
  /// Calls that let the thread go; none for a guard or a pin for life.
  llvm::SmallVector<const Call *, 2> unpins;
  /// Calls made in the region, in source order.
  std::vector<const Call *> calls;
};

/// The regions that `fn` opens. A pin that outlives `fn` is none, unless `fn`
/// is a task's whole body; nor is one that a guard's own constructor makes.
std::vector<PinnedRegion> pinnedRegions(Unit &unit, const Function &fn);

/// Something in the region depends on its thread: a call that needs it, a
/// thread-local variable, or a lock that belongs to the thread and is held
/// where the task could move.
bool needsItsThread(Unit &unit, const PinnedRegion &region);

/// The ways from the region to code that is not in view and that nothing is
/// known of.
std::vector<CallPath> unseenCalls(Unit &unit, const PinnedRegion &region);

/// As far as the code in view tells, `call` may be made by a task that is bound
/// to its thread.
bool mayBePinned(Unit &unit, const Call &call);

} // namespace heddle::checks
