// Removing a call together with the code that is there only for it.
#pragma once

#include "analysis/unit.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Removes `call` with the statement that it is, and a branch that does nothing
/// else. Fails where its result is used or an operand has side effects.
Edits &removeCall(Edits &edits, Unit &unit, const Call &call);

/// Removes `argument`, a call that is one of several arguments of `call`.
Edits &removeArgument(Edits &edits, Unit &unit, const Source &source,
                      const Call &call, const Call &argument);

} // namespace heddle::checks
