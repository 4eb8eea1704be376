#pragma once

#include "heddle/annotations.h"
#include "heddle/context.h"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

/// An IP address, of version 4 or 6.
///
/// Example: test/runtime/address_test.cpp, "AnAddressReadsAsItIsWritten".
class IpAddress {
public:
  /// 0.0.0.0
  constexpr IpAddress() noexcept = default;
  constexpr IpAddress(std::uint8_t a, std::uint8_t b, std::uint8_t c,
                      std::uint8_t d) noexcept
      : bytes_{a, b, c, d} {}
  /// Of version 6; `scope` is the number of the interface that a link-local
  /// one is on.
  explicit constexpr IpAddress(const std::array<std::uint8_t, 16> &bytes,
                               std::uint32_t scope = 0) noexcept
      : bytes_(bytes), scope_(scope), v6_(true) {}

  /// Reads "192.0.2.1" or "2001:db8::1"; empty if it is neither.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  /// Where the host reaches itself.
  static constexpr IpAddress loopback() noexcept { return {127, 0, 0, 1}; }
  static constexpr IpAddress loopback_v6() noexcept {
    return IpAddress({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  }
  /// Stands for all of the host's addresses, for listeners.
  static constexpr IpAddress any() noexcept { return {}; }
  /// The same of version 6; on most systems that takes version 4 in.
  static constexpr IpAddress any_v6() noexcept {
    return IpAddress(std::array<std::uint8_t, 16>{});
  }

  /// Whether it has 128 bits.
  [[nodiscard]] constexpr bool is_v6() const noexcept { return v6_; }
  /// In the order of the network; the first 4 of them in version 4.
  [[nodiscard]] constexpr const std::array<std::uint8_t, 16> &
  bytes() const noexcept {
    return bytes_;
  }
  [[nodiscard]] constexpr std::uint32_t scope() const noexcept {
    return scope_;
  }
  [[nodiscard]] std::string to_string() const;

  auto operator<=>(const IpAddress &) const noexcept = default;

private:
  std::array<std::uint8_t, 16> bytes_{};
  std::uint32_t scope_ = 0;
  bool v6_ = false;
};

/// An IP address and a port: one end of a connection.
struct SocketAddress {
  IpAddress ip;
  std::uint16_t port = 0;

  /// Reads "192.0.2.1:80" or "[2001:db8::1]:80"; empty if it is neither.
  [[nodiscard]] static std::optional<SocketAddress>
  parse(std::string_view text);

  [[nodiscard]] std::string to_string() const;

  auto operator<=>(const SocketAddress &) const noexcept = default;
};

/// The addresses of `host`, best first, with `port` in each. Never empty. Takes
/// an address as well as a name.
///
/// The system's resolver blocks: it runs as in foreign().
/// Cancellation: with a context the caller returns at its end; what the
/// resolver does then is dropped when it is done.
/// Errors: std::system_error, its category named "resolver" where the name is
/// the matter; the context's error.
[[nodiscard]] std::vector<SocketAddress>
resolve(const std::string &host,
        std::uint16_t port) HEDDLE_BLOCKS HEDDLE_HANDS_OFF;
[[nodiscard]] std::vector<SocketAddress>
resolve(const Context &context, const std::string &host,
        std::uint16_t port) HEDDLE_SUSPENDS;

} // namespace heddle
