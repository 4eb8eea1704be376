/// What a loop goes over, as the arguments of an algorithm.
#pragma once

#include "rewrite/source.h"
#include "rewrite/spawning_loop.h"

namespace heddle::checks {

struct LoopItems {
  /// The loop's own variable: the item, its index, or an iterator.
  const clang::VarDecl *item = nullptr;
  /// The variable that is gone over, null if it is none.
  const clang::ValueDecl *range = nullptr;
  /// "items", "0, n" or "first, last".
  std::string arguments;
  /// For an iterator: a name for what it points to, and where the task
  /// dereferences it.
  bool isIterator = false;
  std::string itemName;
  std::vector<const clang::Expr *> iteratorUses;
};

/// The items of a loop that goes over each of them once, forward. Nothing where
/// that is not sure, or where the loop's group counts another number.
std::optional<LoopItems> itemsOf(Unit &unit, const Source &source,
                                 const SpawningLoop &shape);

} // namespace heddle::checks
