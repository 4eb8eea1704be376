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

/// A pinned region that is whole statements of one block, each with what it
/// does.
struct PinnedStatements {
  const clang::CompoundStmt *block;
  /// The first and one past the last statement, without those that pin and
  /// unpin.
  unsigned first, last;
  /// By statement of the region: whether it may depend on the thread, and the
  /// first way in it to wait for something.
  std::vector<bool> needs;
  std::vector<std::optional<CallPath>> waits;
};

/// None where the region is not of that form, or ends early on some path, or
/// with the task.
std::optional<PinnedStatements> statementsOf(Unit &unit,
                                             const PinnedRegion &region);

/// `call` is made in a region that its own function pins.
bool isPinned(Unit &unit, const Call &call);

/// What `call` runs is bound to a thread because of its caller: the call is
/// pinned, or gives its callable to a task that keeps its thread.
bool runsPinned(Unit &unit, const Call &call);

/// `call` binds the task to its thread, itself or as a wrapper that does
/// nothing else; or lets it go. A guard's members do neither.
bool pins(Unit &unit, const Call &call);
bool unpins(Unit &unit, const Call &call);

/// What `fn` pins is for others to undo: it is a wrapper, or a method of a
/// class that has another one for that.
bool isPartOfPair(Unit &unit, const Function &fn);

/// A pin that is still in force on some way out of its function.
struct UnpairedPin {
  const Call *pin;
  /// Calls in the function that let the thread go.
  llvm::SmallVector<const Call *, 2> unpins;
  /// Where the task leaves pinned: a return, a throw, a call in view that
  /// throws, the end of the body.
  llvm::SmallVector<clang::SourceLocation, 2> exits;
};

/// The unpaired pins of `fn`, where that is not how it should be: no task's own
/// body, which is unpinned as it ends, nor code that others pair. Conditions
/// that may belong together are taken to.
std::vector<UnpairedPin> unpairedPins(Unit &unit, const Function &fn);

/// Something in the region depends on its thread: a call that needs it, a
/// thread-local variable, or a lock that belongs to the thread and is held
/// where the task could move.
bool needsItsThread(Unit &unit, const PinnedRegion &region);

/// What in the region needs its thread is declared or known to: it is no
/// variable that code in view reaches, whose address a compiler may keep.
bool needsByDeclaration(Unit &unit, const PinnedRegion &region);

/// The ways from the region to code that is not in view and that nothing is
/// known of.
std::vector<CallPath> unseenCalls(Unit &unit, const PinnedRegion &region);

/// As far as the code in view tells, `call` may be made by a task that is bound
/// to its thread.
bool mayBePinned(Unit &unit, const Call &call);

} // namespace heddle::checks
