/// Waiting for an event in place of asking for a flag.
#pragma once

#include "analysis/polling.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Makes `flag` an Event, that who sets it sets, and each loop of the unit that
/// only waits for it a wait. Fails unless `loop` is one of these, and all uses
/// of `flag` are in view and are an Event's too.
Edits asEventWait(Unit &unit, const Source &source, const Loop &loop,
                  const clang::ValueDecl &flag);

} // namespace heddle::checks
