#pragma once

namespace heddle::detail {

/// Frees what lay unused in every pool since the last call; what lies there now
/// is freed by the next, if nobody uses it until then.
void age_pools() noexcept;

} // namespace heddle::detail
