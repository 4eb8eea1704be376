/// Loops that a context ends.
#pragma once

#include "analysis/loops.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Lets `context`, which code at `spawn` can name, end the endless `loop` of
/// the lambda that `spawn` starts, also where a round sleeps or receives. Fails
/// where a round waits for an item in another way.
Edits endedBy(Unit &unit, const Source &source, const clang::ValueDecl &context,
              const Loop &loop, const Call &spawn);

} // namespace heddle::checks
