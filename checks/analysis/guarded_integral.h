// Locks that are there for one number.
#pragma once

#include "analysis/lock_regions.h"

namespace heddle::checks {

/// A lock whose every critical section reads, sets, exchanges or adds to one
/// integral variable in a single step, and does nothing else.
struct GuardedIntegral {
  const clang::ValueDecl *lock;
  const clang::ValueDecl *integral;

  struct Section {
    const LockRegion *region;
    /// What is done, as one statement; for an exchange, the statements that
    /// keep the old value, set the new one, and return the old one.
    llvm::ArrayRef<clang::Stmt *> statements;
  };
  std::vector<Section> sections;
};

/// Those of the unit of which all uses are in view.
std::vector<GuardedIntegral> guardedIntegrals(Unit &unit);

} // namespace heddle::checks
