// Locks that are there for one map.
#pragma once

#include "analysis/lock_regions.h"

namespace heddle::checks {

/// A lock whose critical sections in view touch one map, and nothing else that
/// could change.
struct GuardedMap {
  const clang::ValueDecl *lock;
  const clang::ValueDecl *map;
  std::vector<const LockRegion *> sections;
};

std::vector<GuardedMap> guardedMaps(Unit &unit);

/// `type` has one value for each key, and leaves locking to its users.
bool isMap(clang::QualType type);

/// The keys with which `section` looks into the map, each once.
llvm::SmallVector<const clang::Expr *, 2>
keysUsed(Unit &unit, const GuardedMap &guarded, const LockRegion &section);

/// Some use of `map` needs its keys in order: it asks for neighbours, or for
/// the first or last.
bool isOrderUsed(Unit &unit, const clang::ValueDecl &map);

/// Several tasks may come to `section` of one lock at once.
bool isContended(Unit &unit, const LockRegion &section);

/// The object that `lock` is a member of is one of an array or container of
/// them, as where the keys have been divided.
bool isOneOfMany(Unit &unit, const clang::ValueDecl &lock);

} // namespace heddle::checks
