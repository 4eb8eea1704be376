#include "heddle/detail/shards.h"

#include "heddle/detail/task.h"
#include "heddle/runtime.h"

#include <algorithm>
#include <bit>

namespace heddle::detail {

// At least a few, since a quota may be raised and set_procs() asks for nobody's
// leave.
std::size_t shard_count() noexcept {
  static const std::size_t count =
      std::bit_ceil(std::clamp(available_procs(), 4u, max_processors));
  return count;
}

} // namespace heddle::detail
