#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heddle::http {

/// Where a request goes, taken from its URL.
struct Url {
  std::string host; ///< without the brackets of an IPv6 address
  std::uint16_t port;
  std::string authority; ///< as the field Host has it
  std::string target;

  /// Errors: std::invalid_argument.
  static Url parse(std::string_view text);
};

} // namespace heddle::http
