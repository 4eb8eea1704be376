// What tasks do with a map that they share, where they do it often.
#pragma once

#include "analysis/guarded_map.h"

namespace heddle::checks {

/// How many hot places read and write a map.
struct MapUses {
  unsigned reads = 0, writes = 0;
  /// The first place of each kind.
  const Call *read = nullptr, *write = nullptr;
  /// Some write has a key that none before it had.
  bool addsKeys = false;
  /// Each task writes to keys of its own.
  bool ownKeys = false;
  /// A place that is not hot writes too.
  bool isFilled = false;
  /// Code that nobody in view calls, and which may be hot, reads or writes.
  bool unseenReads = false, unseenWrites = false;
};

/// The variables and members that are maps for readers, and whose methods are
/// called.
std::vector<const clang::ValueDecl *> concurrentMaps(Unit &unit);

/// The uses of `map`, which does its own locking: by what its methods are
/// called.
MapUses mapUsesOf(Unit &unit, const clang::ValueDecl &map);

/// The same of the sections of a map with a lock: one use each.
MapUses mapUsesOf(Unit &unit, const GuardedMap &guarded);

} // namespace heddle::checks
