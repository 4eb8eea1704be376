// What a lock is there for.
#pragma once

#include "analysis/lock_regions.h"

namespace heddle::checks {

/// Members and variables that outlive a call, may change, and are mentioned
/// while the lock of `region` is held, here or elsewhere in view. Of `region`
/// itself only what is outside `except` counts.
llvm::SmallVector<const clang::ValueDecl *, 8>
guardedBy(Unit &unit, const LockRegion &region,
          llvm::ArrayRef<clang::Stmt *> except = {});

/// `decl` is a member or a variable that outlives a call and may change.
bool isState(const clang::ValueDecl *decl);

/// Only code in view, and code that it hands the state to, can reach `decl`.
bool isPrivateState(const clang::ValueDecl *decl);

/// Only code in this unit can name `decl`, a variable or a member.
bool isOnlyUsedInView(Unit &unit, const clang::ValueDecl *decl);

/// The lock only serialises input and output on one object, which `call` uses.
bool serialisesOnly(Unit &unit, const LockRegion &region, const Call &call);

} // namespace heddle::checks
