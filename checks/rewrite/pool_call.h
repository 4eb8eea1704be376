/// Answers of a pool, as what its function returns.
#pragma once

#include "analysis/round_trips.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Makes `call`s of the requests of `trips`, which are all that share one
/// channel for their answers: the channels go, and so does the member of the
/// request that they are. Fails unless all ask one pool, whose function is a
/// lambda that ends with its answer.
Edits asPoolCalls(Unit &unit, const Source &source,
                  llvm::ArrayRef<RoundTrip> trips);

} // namespace heddle::checks
