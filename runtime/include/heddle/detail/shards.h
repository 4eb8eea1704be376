#pragma once

#include <cstddef>

namespace heddle::detail {

/// How many parts keep the processors that this process may use out of each
/// other's way: a power of two, the same for the life of the process.
std::size_t shard_count() noexcept;

} // namespace heddle::detail
