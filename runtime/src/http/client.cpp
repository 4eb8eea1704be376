#include "heddle/http_client.h"

#include "heddle/mutex.h"
#include "heddle/tcp.h"
#include "http/message.h"
#include "http/parser.h"
#include "http/url.h"
#include "http/wire.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <unordered_map>

namespace heddle::http {
namespace {

/// The server closed a kept connection before it answered anything.
struct Stale {};

[[noreturn]] void fail(ParseError error, std::string_view what) {
  throw ProtocolError(std::string(what) + (error == ParseError::too_large
                                               ? " is too large"
                                               : " is malformed"));
}

bool is_closed_by_peer(const std::system_error &error) noexcept {
  return error.code() == std::errc::connection_reset ||
         error.code() == std::errc::broken_pipe;
}

bool may_be_repeated(std::string_view method) noexcept {
  constexpr std::string_view methods[] = {"GET",    "HEAD",    "PUT",
                                          "DELETE", "OPTIONS", "TRACE"};
  return std::ranges::find(methods, method) != std::end(methods);
}

std::string head_of(const ClientRequest &request, const Url &url) {
  if (!is_token(request.method))
    throw std::invalid_argument("no method of HTTP: " + request.method);
  std::string text = request.method + ' ' + url.target +
                     " HTTP/1.1\r\nHost: " + url.authority + "\r\n";
  for (const auto &[name, value] : request.headers) {
    if (!is_token(name) || !is_value(value) || same_name(name, "Host") ||
        same_name(name, "Content-Length") ||
        same_name(name, "Transfer-Encoding"))
      throw std::invalid_argument("no field of a request: " + name);
    text.append(name).append(": ").append(value).append("\r\n");
  }
  const bool wants_body = request.method == "POST" || request.method == "PUT" ||
                          request.method == "PATCH";
  if (wants_body || !request.body.empty())
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return text += "\r\n";
}

/// One connection, and the request that goes on there.
class Connection {
public:
  explicit Connection(TcpStream stream)
      : wire(std::move(stream)), parser(make_response_parser()) {}

  /// Errors: Stale, if nothing came.
  Response exchange(const Context &context, const ClientRequest &request,
                    std::string_view head,
                    const ClientOptions &options) HEDDLE_SUSPENDS;

  /// Whether another request may follow.
  bool reusable = false;
  TimePoint since;

private:
  void read_head(const ClientOptions &options, bool skip) HEDDLE_SUSPENDS;
  void read_body(Response &response) HEDDLE_SUSPENDS;

  Wire wire;
  std::unique_ptr<Parser> parser;
  std::string head_text;
  Head head;
};

Response Connection::exchange(const Context &context,
                              const ClientRequest &request,
                              std::string_view text,
                              const ClientOptions &options) {
  wire.bind(&context);
  reusable = false;
  bool sent = false;
  try {
    wire.put(text);
    wire.put(request.body);
    wire.flush();
    sent = true;
  } catch (const std::system_error &error) {
    // A server that refuses a body may say so and close before it has it all.
    if (!is_closed_by_peer(error))
      throw;
    wire.discard_output();
  }
  try {
    if (!wire.fill())
      throw Stale();
  } catch (const std::system_error &error) {
    if (is_closed_by_peer(error))
      throw Stale();
    throw;
  }
  do
    read_head(options, request.method == "HEAD");
  while (head.status < 200);
  Response response{.status = head.status,
                    .reason = std::string(head.reason),
                    .headers = {},
                    .body = {}};
  for (const Field &field : head.fields)
    response.headers.emplace_back(field.name, field.value);
  const bool keep_alive = head.keep_alive;
  read_body(response);
  reusable = sent && keep_alive && wire.input().empty();
  return response;
}

void Connection::read_head(const ClientOptions &options, bool skip) {
  for (;;) {
    const auto size = wire.find_head();
    if (size.value_or(wire.input().size()) > options.max_header_bytes)
      fail(ParseError::too_large, "the head of the response");
    if (size) {
      head_text = wire.input().substr(0, *size);
      wire.consume(*size);
      break;
    }
    if (!wire.fill())
      throw ProtocolError("the response ended within its head");
  }
  if (const ParseError error =
          parser->parse_head(head_text, options.max_body_bytes, skip, head);
      error != ParseError::none)
    fail(error, "the response");
  // Nobody asked for another protocol.
  if (head.status == 101)
    fail(ParseError::malformed, "the response");
}

void Connection::read_body(Response &response) {
  std::string &body = response.body;
  std::size_t size = 0;
  while (!parser->done()) {
    if (body.size() - size < 1024)
      body.resize(std::max<std::size_t>(4096, 2 * body.size()));
    const Parser::Step step = parser->parse_body(
        wire.input(), {body.data() + size, body.size() - size});
    wire.consume(step.consumed);
    size += step.produced;
    if (step.error != ParseError::none)
      fail(step.error, "the body of the response");
    if (parser->done() || step.produced > 0)
      continue;
    if (!wire.fill()) {
      if (parser->end() != ParseError::none)
        throw ProtocolError("the response ended within its body");
    }
  }
  body.resize(size);
}

} // namespace

struct Client::State {
  std::unique_ptr<Connection> take(const std::string &authority);
  void keep(const std::string &authority,
            std::unique_ptr<Connection> connection);

  ClientOptions options;
  Mutex mutex;
  // Guarded by mutex. The newest last: its server has waited least.
  std::unordered_map<std::string, std::vector<std::unique_ptr<Connection>>>
      idle;
};

std::unique_ptr<Connection> Client::State::take(const std::string &authority) {
  std::vector<std::unique_ptr<Connection>> expired;
  std::lock_guard guard(mutex);
  auto found = idle.find(authority);
  if (found == idle.end() || found->second.empty())
    return nullptr;
  auto &connections = found->second;
  if (Clock::now() - connections.back()->since > options.idle_timeout) {
    expired.swap(connections);
    return nullptr;
  }
  std::unique_ptr<Connection> newest = std::move(connections.back());
  connections.pop_back();
  return newest;
}

void Client::State::keep(const std::string &authority,
                         std::unique_ptr<Connection> connection) {
  connection->since = Clock::now();
  std::unique_ptr<Connection> oldest;
  std::lock_guard guard(mutex);
  auto &connections = idle[authority];
  connections.push_back(std::move(connection));
  if (connections.size() > options.max_idle_connections) {
    oldest = std::move(connections.front());
    connections.erase(connections.begin());
  }
}

std::optional<std::string_view>
Response::header(std::string_view name) const noexcept {
  for (const auto &[field, value] : headers)
    if (same_name(field, name))
      return value;
  return std::nullopt;
}

Client::Client(ClientOptions options)
    : state_(new State{.options = options, .mutex = {}, .idle = {}}) {}

Client::~Client() = default;

Response Client::get(std::string url) {
  return get(background(), std::move(url));
}

Response Client::get(const Context &context, std::string url) {
  return send(context, {.url = std::move(url)});
}

Response Client::post(std::string url, std::string body,
                      std::string content_type) {
  return send({.method = "POST",
               .url = std::move(url),
               .headers = {{"Content-Type", std::move(content_type)}},
               .body = std::move(body)});
}

Response Client::send(const ClientRequest &request) {
  return send(background(), request);
}

Response Client::send(const Context &context, const ClientRequest &request) {
  const Url url = Url::parse(request.url);
  const std::string head = head_of(request, url);
  const ScopedContext limited = with_timeout(context, state_->options.timeout);
  std::unique_ptr<Connection> connection = state_->take(url.authority);
  for (;;) {
    const bool kept = connection != nullptr;
    if (!kept)
      connection = std::make_unique<Connection>(
          TcpStream::connect(limited, url.host, url.port));
    try {
      Response response =
          connection->exchange(limited, request, head, state_->options);
      if (connection->reusable)
        state_->keep(url.authority, std::move(connection));
      return response;
    } catch (const Stale &) {
      if (!kept || !may_be_repeated(request.method))
        throw std::system_error(
            std::make_error_code(std::errc::connection_reset),
            url.authority + " closed the connection unanswered");
      connection.reset();
    }
  }
}

} // namespace heddle::http
