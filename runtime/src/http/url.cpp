#include "http/url.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace heddle::http {
namespace {

[[noreturn]] void refuse(std::string_view text) {
  throw std::invalid_argument("no URL of HTTP: " + std::string(text));
}

} // namespace

Url Url::parse(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  const bool printable =
      std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
  if (!text.starts_with(scheme) || !printable)
    refuse(text);
  std::string_view rest = text.substr(scheme.size());
  rest = rest.substr(0, rest.find('#'));
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  rest.remove_prefix(authority.size());

  Url url{.host = {},
          .port = 80,
          .authority = std::string(authority),
          .target = rest.starts_with('/') ? std::string(rest)
                                          : '/' + std::string(rest)};
  std::string_view host = authority;
  std::string_view port;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == host.npos)
      refuse(text);
    port = host.substr(end + 1);
    host = host.substr(1, end - 1);
  } else {
    const std::size_t colon = std::min(host.find(':'), host.size());
    port = host.substr(colon);
    host = host.substr(0, colon);
  }
  // A name and a password would go to the server in the clear.
  if (host.empty() || host.find('@') != host.npos)
    refuse(text);
  if (!port.empty()) {
    const char *end = port.data() + port.size();
    auto [last, error] = std::from_chars(port.data() + 1, end, url.port);
    if (port.front() != ':' || error != std::errc() || last != end)
      refuse(text);
  }
  url.host = host;
  return url;
}

} // namespace heddle::http
