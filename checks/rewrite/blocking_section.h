/// Calls that keep the thread, made so that others get the processor.
#pragma once

#include "analysis/unit.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Makes `call`, which blocks, within blocking(). Fails where its result is no
/// value, or a lock of the thread's may be held.
Edits inBlockingSection(Unit &unit, const Source &source, const Call &call);

/// Makes `call`, of std::this_thread::sleep_for, a sleep of the task. Fails
/// where its length would be rounded, or a lock of the thread's may be held.
Edits asTaskSleep(Unit &unit, const Source &source, const Call &call);

} // namespace heddle::checks
