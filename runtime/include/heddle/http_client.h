#pragma once

#include "heddle/annotations.h"
#include "heddle/context.h"
#include "heddle/http_message.h"
#include "heddle/time.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heddle::http {

/// What to ask a server. A body is sent with its length.
struct ClientRequest {
  std::string method = "GET";
  /// "http://host:port/path?query"; the port is 80 if there is none.
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

/// What a server answered, all of it.
struct Response {
  int status = 0;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// The value of the first field of that name, whatever its case.
  [[nodiscard]] std::optional<std::string_view>
  header(std::string_view name) const noexcept;
};

/// How long a client waits, what it keeps, and how much it takes.
struct ClientOptions {
  /// For a whole request, from connecting to the end of the answer.
  Duration timeout = std::chrono::seconds(30);
  /// How long a connection waits for its next request.
  Duration idle_timeout = std::chrono::seconds(60);
  /// How many do so, for each server.
  std::size_t max_idle_connections = 16;
  std::size_t max_header_bytes = 64 * 1024;
  std::uint64_t max_body_bytes = 64 << 20;
};

/// Asks servers by HTTP/1.1, and keeps connections for the next request. Any
/// number of tasks may use one at once.
///
///   http::Client client;
///   http::Response response = client.get("http://localhost:8080/hello");
///
/// A request that finds a kept connection closed by the server is sent anew on
/// another, if its method is one that may be repeated. Redirections are not
/// followed.
///
/// Cancellation: what comes with a Context ends with it, and closes its
/// connection.
/// Errors: std::invalid_argument for a URL it does not understand or a field
/// that would break the message; std::system_error, also after the time-out;
/// ProtocolError. A status such as 404 is a response like any other.
/// Lifetime: destroyed when no request is in progress.
///
/// Example: test/runtime/http_client_test.cpp, "AsksAndIsAnswered".
class Client {
public:
  explicit Client(ClientOptions options = {});
  Client(const Client &) = delete;
  Client &operator=(const Client &) = delete;
  ~Client();

  [[nodiscard]] Response get(std::string url) HEDDLE_SUSPENDS;
  [[nodiscard]] Response get(const Context &context,
                             std::string url) HEDDLE_SUSPENDS;

  /// Sends a request with a body.
  Response
  post(std::string url, std::string body,
       std::string content_type = "application/octet-stream") HEDDLE_SUSPENDS;

  /// Sends any request.
  Response send(const ClientRequest &request) HEDDLE_SUSPENDS;
  Response send(const Context &context,
                const ClientRequest &request) HEDDLE_SUSPENDS;

private:
  struct State;
  const std::unique_ptr<State> state_;
};

} // namespace heddle::http
