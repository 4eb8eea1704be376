// What a call makes its task or its thread wait for, and by which way.
#pragma once

#include "analysis/unit.h"

#include <optional>
#include <string>
#include <vector>

namespace heddle::checks {

/// The calls from a place in the code to the cause, in order; the last one is
/// of a function that is declared to do it, or is known to.
struct CallPath {
  llvm::SmallVector<const Call *, 4> calls;

  const Call &first() const { return *calls.front(); }
  const Call &last() const { return *calls.back(); }
};

/// Some execution of `call` parks the calling task to wait for something other
/// than a lock.
std::optional<CallPath> suspends(Unit &unit, const Call &call);

/// Some execution of `call` holds the calling OS thread to wait for something
/// other than a lock. A visibly non-blocking descriptor waits for nothing.
std::optional<CallPath> blocks(Unit &unit, const Call &call);

/// Some execution of `call` gives the task's processor to others, since what it
/// runs may hold the thread.
std::optional<CallPath> handsOff(Unit &unit, const Call &call);

/// Some execution of `call` lets other tasks run without waiting, so that the
/// task may go on on another thread.
std::optional<CallPath> yields(Unit &unit, const Call &call);

/// Some execution of `call` parks the calling task until a lock is free.
std::optional<CallPath> suspendsForLock(Unit &unit, const Call &call);

/// Some execution of `call` depends on the thread it runs on.
std::optional<CallPath> needsThread(Unit &unit, const Call &call);

/// `call` always begins by taking the next item of a stream, or returns it.
bool receives(Unit &unit, const Call &call);

/// What is known of one function, free of pointers so that another translation
/// unit can read it.
struct Summary {
  std::string usr;
  std::string name;
  /// For each effect the function has: its name, and the USR of the next
  /// function on the way there.
  std::vector<std::pair<std::string, std::string>> effects;
};

/// Summaries of the functions in view that have an effect, ordered by USR.
std::vector<Summary> summaries(Unit &unit);

} // namespace heddle::checks
