#include "heddle/address.h"

#include "heddle/channel.h"
#include "heddle/foreign.h"
#include "heddle/select.h"
#include "heddle/spawn.h"
#include "io/socket.h"

#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <exception>
#include <memory>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <system_error>

namespace heddle {
namespace {

class ResolverCategory final : public std::error_category {
public:
  const char *name() const noexcept override { return "resolver"; }
  std::string message(int error) const override { return gai_strerror(error); }
};

const std::error_category &resolver_category() noexcept {
  static const ResolverCategory category;
  return category;
}

std::optional<std::uint32_t> parse_scope(const std::string &name) {
  std::uint32_t number = 0;
  const char *end = name.data() + name.size();
  auto [stop, error] = std::from_chars(name.data(), end, number);
  if (error == std::errc() && stop == end)
    return number;
  number = if_nametoindex(name.c_str());
  return number ? std::optional(number) : std::nullopt;
}

} // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  in_addr v4;
  if (inet_pton(AF_INET, copy.c_str(), &v4) == 1) {
    std::uint8_t b[4];
    std::memcpy(b, &v4, sizeof b);
    return IpAddress(b[0], b[1], b[2], b[3]);
  }
  const std::size_t percent = copy.find('%');
  std::optional<std::uint32_t> scope = 0;
  if (percent != std::string::npos)
    scope = parse_scope(copy.substr(percent + 1));
  std::array<std::uint8_t, 16> bytes;
  if (!scope ||
      inet_pton(AF_INET6, copy.substr(0, percent).c_str(), bytes.data()) != 1)
    return std::nullopt;
  return IpAddress(bytes, *scope);
}

std::string IpAddress::to_string() const {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(v6_ ? AF_INET6 : AF_INET, bytes_.data(), text, sizeof text);
  return scope_ ? std::string(text) + '%' + std::to_string(scope_) : text;
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  std::string_view ip = text.substr(0, colon), number = text.substr(colon + 1);
  const bool bracketed =
      ip.size() >= 2 && ip.front() == '[' && ip.back() == ']';
  if (bracketed)
    ip = ip.substr(1, ip.size() - 2);
  std::uint16_t port;
  const char *end = number.data() + number.size();
  auto [stop, error] = std::from_chars(number.data(), end, port);
  const std::optional<IpAddress> parsed = IpAddress::parse(ip);
  if (error != std::errc() || stop != end || !parsed ||
      parsed->is_v6() != bracketed)
    return std::nullopt;
  return SocketAddress{*parsed, port};
}

std::string SocketAddress::to_string() const {
  const std::string text = ip.to_string();
  return (ip.is_v6() ? '[' + text + ']' : text) + ':' + std::to_string(port);
}

std::vector<SocketAddress> resolve(const std::string &host,
                                   std::uint16_t port) {
  if (std::optional<IpAddress> ip = IpAddress::parse(host))
    return {{*ip, port}};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo *found = nullptr;
  int system_error = 0;
  const int error = foreign([&] {
    const int result = getaddrinfo(host.c_str(), nullptr, &hints, &found);
    system_error = errno;
    return result;
  });
  if (error == EAI_SYSTEM)
    detail::fail(system_error, "cannot resolve " + host);
  if (error)
    throw std::system_error(error, resolver_category(),
                            "cannot resolve " + host);
  const std::unique_ptr<addrinfo, void (*)(addrinfo *)> owner(found,
                                                              freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (; found; found = found->ai_next) {
    if (found->ai_family != AF_INET && found->ai_family != AF_INET6)
      continue;
    detail::SystemAddress system;
    std::memcpy(&system.storage, found->ai_addr, found->ai_addrlen);
    addresses.push_back({system.value().ip, port});
  }
  return addresses;
}

std::vector<SocketAddress>
resolve(const Context &context, const std::string &host, std::uint16_t port) {
  struct Outcome {
    std::vector<SocketAddress> addresses;
    std::exception_ptr error;
  };
  auto outcomes = make_channel<Outcome>(1);
  spawn([host, port, outcomes] {
    Outcome outcome;
    try {
      outcome.addresses = resolve(host, port);
    } catch (...) {
      outcome.error = std::current_exception();
    }
    outcomes->send(std::move(outcome));
  });
  std::optional<Outcome> outcome;
  select(on_receive(outcomes,
                    [&](Outcome arrived) { outcome = std::move(arrived); }),
         on_receive(context.done()));
  if (!outcome)
    detail::fail(context.error().value(), "cannot resolve " + host);
  if (outcome->error)
    std::rethrow_exception(std::move(outcome->error));
  return std::move(outcome->addresses);
}

} // namespace heddle
