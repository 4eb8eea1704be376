#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace heddle::http {

/// One line of a message's head.
struct Field {
  std::string_view name;
  std::string_view value;
};

/// Whether two names of fields are the same: case does not count.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b) noexcept;

/// What stands beside a status in the first line of a response, "Not Found" for
/// 404; empty if there is no custom.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

/// A request that cannot be served, with the status that says so. Thrown out
/// of a handler it becomes the response, if that has not begun.
///
/// Example: test/runtime/http_client_test.cpp, "RefusesWhatIsMalformed".
class Error : public std::runtime_error {
public:
  explicit Error(int status)
      : Error(status, std::string(reason_phrase(status))) {}
  /// `what` is the response's body.
  Error(int status, const std::string &what)
      : std::runtime_error(what), status_(status) {}

  [[nodiscard]] int status() const noexcept { return status_; }

private:
  int status_;
};

/// A peer does not keep to the protocol, or to a limit.
class ProtocolError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace heddle::http
