#pragma once

#include "heddle/runtime.h"

namespace heddle::detail {

/// Takes over, as a runtime starts, what the options say of memory. A
/// percentage left at its default does not undo an earlier
/// set_collect_percent().
void start_collector(const Options &options) noexcept;

/// Destroys all that was retired, as a runtime stops.
/// Requires: no task runs any more.
void stop_collector() noexcept;

} // namespace heddle::detail
