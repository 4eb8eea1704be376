#pragma once

#include <cstddef>

namespace heddle::detail {

/// Takes over Options::collect_percent and Options::memory_limit as a runtime
/// starts.
void start_collector(int percent, std::size_t memory_limit) noexcept;

/// Destroys all that was retired, as a runtime stops: no task can hold it.
void stop_collector() noexcept;

} // namespace heddle::detail
