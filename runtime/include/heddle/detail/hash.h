#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::detail {

/// Spreads a hash over all bits, of which tables use some: std::hash of an
/// integer is often the integer.
inline std::size_t spread(std::size_t hash) noexcept {
  std::uint64_t bits = hash * 0x9e3779b97f4a7c15u;
  return static_cast<std::size_t>(bits ^ (bits >> 32));
}

} // namespace heddle::detail
