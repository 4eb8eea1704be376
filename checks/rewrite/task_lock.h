/// A lock of the thread's, made one of the task's.
#pragma once

#include "analysis/unit.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Declares `lock`, a std::mutex or std::shared_mutex, as the runtime's own,
/// with the guards that name its type. Fails where it is used as anything but
/// a lock, or some use is not in view.
Edits asTaskLock(Unit &unit, const Source &source,
                 const clang::ValueDecl &lock);

} // namespace heddle::checks
