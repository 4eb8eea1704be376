// How much of a stack the locals of functions take.
#pragma once

#include "analysis/unit.h"

#include <optional>

namespace heddle::checks {

/// The calls from a function to where its locals, and those of the functions on
/// the way, take the most at once.
struct DeepestPath {
  uint64_t bytes = 0;
  struct Step {
    const Function *function;
    /// Locals of this function that live there.
    uint64_t own;
    /// Those of this function and of all below.
    uint64_t bytes;
    /// To the next step; null at the last one.
    const Call *call = nullptr;
  };
  llvm::SmallVector<Step, 4> steps;
  /// The largest of the variables, and whose it is.
  const clang::VarDecl *largest = nullptr;
  unsigned owner = 0;
};

/// The deepest path from `fn` on the stack that it runs on: what runs on
/// another one (`with_stack`, `foreign`) is not on it, and recursion counts
/// once.
DeepestPath deepestPath(Unit &unit, const Function &fn);

/// The size that code in view gives the stacks of tasks, the largest if there
/// are several; none if it gives none, and 0 if it is not a constant.
std::optional<uint64_t> stackSize(Unit &unit);

} // namespace heddle::checks
