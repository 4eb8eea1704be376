/// A spawned lambda, as the function that an algorithm calls with each item.
#pragma once

#include "rewrite/loop_items.h"

namespace heddle::checks {

struct TaskSignature {
  std::vector<std::string> captures;
  /// As "const Order &order"; without the name where it is not used.
  std::string parameter;
};

/// What the task of `shape` captures besides the item, and how it takes that.
/// Nothing where it would see other values than before.
std::optional<TaskSignature> signatureOf(Unit &unit, const Source &source,
                                         const SpawningLoop &shape,
                                         const LoopItems &items);

} // namespace heddle::checks
