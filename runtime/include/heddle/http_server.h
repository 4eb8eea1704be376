#pragma once

#include "heddle/address.h"
#include "heddle/annotations.h"
#include "heddle/bytes.h"
#include "heddle/context.h"
#include "heddle/http_message.h"
#include "heddle/tcp.h"
#include "heddle/time.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace heddle::http {

class ServerConnection;
struct Exchange;

/// What a client asks. Lives as long as the handler's call; so does what its
/// functions refer to.
class Request {
public:
  explicit Request(Exchange &exchange) noexcept : exchange_(exchange) {}
  Request(const Request &) = delete;
  Request &operator=(const Request &) = delete;

  /// "GET", "POST", …
  [[nodiscard]] std::string_view method() const noexcept;
  /// What stands behind the method: the path and the query, as they were sent.
  [[nodiscard]] std::string_view target() const noexcept;
  /// The target up to the query, not decoded.
  [[nodiscard]] std::string_view path() const noexcept;
  /// What follows the first '?' of the target, not decoded.
  [[nodiscard]] std::string_view query() const noexcept;
  /// The value of the first field of that name, whatever its case.
  [[nodiscard]] std::optional<std::string_view>
  header(std::string_view name) const noexcept;
  [[nodiscard]] std::span<const Field> headers() const noexcept;

  /// Reads some of the body, waiting until there is some; returns how many
  /// bytes, 0 at its end. Errors: Error, 413 if it exceeds
  /// ServerOptions::max_body_bytes, 408 after body_timeout, 400 if it is
  /// malformed or the client has gone: right to let through.
  std::size_t read(Bytes buffer) const HEDDLE_SUSPENDS;
  /// Reads the rest of the body. Errors: as read().
  [[nodiscard]] std::string body() const HEDDLE_SUSPENDS;
  /// How long the body is, if the client said so.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept;

  /// Ends when the server is stopped in haste: pass it to what the handler
  /// waits for.
  [[nodiscard]] const Context &context() const noexcept;
  [[nodiscard]] SocketAddress peer() const;

private:
  Exchange &exchange_;
};

/// Where a handler puts its answer.
///
/// What is written is held back until it is some 16 KiB, or the handler
/// returns; so a short response goes out in one piece, with its length. A
/// longer one is sent in chunks, unless the handler gave its Content-Length.
///
/// Errors: what cannot be sent any more throws std::system_error: right to let
/// through, it ends the connection.
class ResponseWriter {
public:
  explicit ResponseWriter(Exchange &exchange) noexcept : exchange_(exchange) {}
  ResponseWriter(const ResponseWriter &) = delete;
  ResponseWriter &operator=(const ResponseWriter &) = delete;

  /// Answers with `code`, between 200 and 599; 200 if it is not called.
  /// Errors: std::logic_error for another code, or once the head was sent.
  void status(int code);

  /// Adds a field to the head. `Content-Length` and `Connection: close` have
  /// their meaning. Errors: std::logic_error once the head was sent, for a name
  /// or a value that would break the message, and for fields that are the
  /// server's to set.
  void header(std::string_view name, std::string_view value);

  /// Adds to the body; nothing is sent of it to who asked by HEAD, or with a
  /// status that has none. Errors: std::logic_error beyond the Content-Length
  /// that was given.
  void write(ConstBytes data) HEDDLE_SUSPENDS;

  /// Sends what was written so far.
  void flush() HEDDLE_SUSPENDS;

private:
  Exchange &exchange_;
};

/// What a server grants its clients.
struct ServerOptions {
  /// Connections at once; others wait to be accepted.
  std::size_t max_connections = 10'000;
  /// The first line and the fields of a request; beyond that it is answered
  /// with 431.
  std::size_t max_header_bytes = 64 * 1024;
  /// Beyond that a request is answered with 413.
  std::uint64_t max_body_bytes = 16 << 20;
  /// From the first byte of a request to the end of its head; then 408.
  Duration header_timeout = std::chrono::seconds(10);
  /// For all of a body; then 408.
  Duration body_timeout = std::chrono::seconds(60);
  /// For the client to take each piece of a response, of 256 KiB at most; then
  /// the connection is closed.
  Duration write_timeout = std::chrono::seconds(60);
  /// Between requests; then the connection is closed.
  Duration idle_timeout = std::chrono::seconds(120);
  /// Told of what handlers throw that is not an Error, before 500 is answered;
  /// by default a line on standard error.
  std::function<void(const Request &, std::exception_ptr)> on_error = {};
};

/// Serves HTTP/1.1 and 1.0 over TCP.
///
///   http::Server server;
///   server.handle("GET /hello", [](const http::Request &request,
///                                  http::ResponseWriter &response) {
///     response.write("hello\n");
///   });
///   server.serve(TcpListener::bind({IpAddress::any(), 8080}));
///
/// Each connection has a task, which calls handlers one request after the
/// other, in the order of a client that pipelines them.
///
/// Cancellation: stop() lets requests finish; with a context it cuts them short
/// when that ends.
/// Errors: a handler's Error becomes the response; what else it throws becomes
/// 500 and is told to on_error; std::system_error ends the connection.
/// Lifetime: destroyed when no serve() and no stop() is in progress.
///
/// Example: test/runtime/http_server_test.cpp, "SaysHello".
class Server {
public:
  using Handler = std::function<void(const Request &, ResponseWriter &)>;

  explicit Server(ServerOptions options = {});
  Server(const Server &) = delete;
  Server &operator=(const Server &) = delete;
  ~Server();

  /// Calls `handler(request, response)` for requests to `path`; "GET /path" is
  /// for that method alone (GET includes HEAD). A path that ends with '/'
  /// stands for all below it that no longer path fits. What fits no path is
  /// answered with 404, what fits with none of its methods with 405.
  /// Requires: comes before serve(); several tasks may call the handler at
  /// once. Errors: std::invalid_argument if `path` has no '/', or was given
  /// before.
  void handle(std::string_view path, Handler handler) HEDDLE_REGISTERS_HANDLER;

  /// Serves the connections of `listener` until stop(); returns when all are
  /// over. Several tasks may serve one listener each.
  void serve(TcpListener listener) HEDDLE_SUSPENDS;

  /// Accepts nothing more, closes the connections on which nothing goes on, and
  /// waits until the others have had their answer and all serve() return.
  /// Requires: not called by a handler.
  void stop() HEDDLE_SUSPENDS HEDDLE_SHUTS_DOWN;

  /// The same; when `context` ends, ends the contexts of requests and closes
  /// all connections. Reports whether that was not needed. It still waits for
  /// the handlers to return.
  bool stop(const Context &context) HEDDLE_SUSPENDS HEDDLE_SHUTS_DOWN;

private:
  friend class ServerConnection;
  struct State;

  const std::unique_ptr<State> state_;
};

} // namespace heddle::http
