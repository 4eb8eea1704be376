/// A lock around one number, taken away.
#pragma once

#include "analysis/guarded_integral.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Makes the integral a `std::atomic` and takes the lock out of the program.
/// Each section becomes one atomic operation, in an order that all tasks agree
/// on, as the lock's was.
Edits asAtomic(Unit &unit, const Source &source,
               const GuardedIntegral &guarded);

} // namespace heddle::checks
