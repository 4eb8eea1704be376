#include "http/connection.h"

#include "http/message.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <system_error>

namespace heddle::http {
namespace {

// How long, and for how much, a client that still sends may read why it was
// refused: a connection that is closed with something unread is reset, and what
// was sent last is lost.
constexpr Duration patience = std::chrono::seconds(1);
constexpr std::size_t most_ignored = 1 << 20;

void split_target(Exchange &exchange) {
  std::string_view rest = exchange.head.target;
  if (const std::size_t scheme = rest.find("://");
      scheme != rest.npos && !rest.starts_with('/')) {
    rest.remove_prefix(scheme + 3);
    rest.remove_prefix(std::min(rest.find_first_of("/?"), rest.size()));
  }
  const std::size_t question = rest.find('?');
  exchange.path = rest.substr(0, question);
  if (exchange.path.empty())
    exchange.path = "/";
  if (question != rest.npos)
    exchange.query = rest.substr(question + 1);
}

// A request of version 1.1 names one host.
bool names_its_host(const Head &head) {
  const auto is_host = [](const Field &field) {
    return same_name(field.name, "Host");
  };
  const auto count = std::ranges::count_if(head.fields, is_host);
  return count == 1 || (count == 0 && head.version < 11);
}

} // namespace

ServerConnection::ServerConnection(Server::State &server, TcpStream stream)
    : server_(server), wire_(std::move(stream), server.options.write_timeout),
      parser_(make_request_parser()) {
  std::lock_guard guard(server_.lock);
  next = server_.connections;
  if (next)
    next->previous = this;
  server_.connections = this;
}

ServerConnection::~ServerConnection() {
  std::lock_guard guard(server_.lock);
  (previous ? previous->next : server_.connections) = next;
  if (next)
    next->previous = previous;
}

void ServerConnection::close(bool only_if_idle) noexcept {
  Activity idle = Activity::idle;
  if (activity_.compare_exchange_strong(idle, Activity::closing,
                                        std::memory_order_seq_cst) ||
      !only_if_idle)
    wire_.stream().close();
}

void ServerConnection::serve() {
  while (wait_for_request() && serve_one())
    ;
}

bool ServerConnection::wait_for_request() {
  if (wire_.input().empty()) {
    activity_.store(Activity::idle, std::memory_order_seq_cst);
    if (server_.stopping.load(std::memory_order_seq_cst)) {
      wire_.flush();
      return false;
    }
    wire_.stream().set_read_deadline(
        detail::deadline_after(server_.options.idle_timeout));
    try {
      if (!wire_.fill())
        return false;
    } catch (const std::system_error &) {
      // Idle for too long, closed by stop(), or reset: nobody to tell.
      return false;
    }
    Activity idle = Activity::idle;
    if (!activity_.compare_exchange_strong(idle, Activity::active,
                                           std::memory_order_seq_cst))
      return false;
  }
  return read_head();
}

// False: it was refused, or the client has gone.
bool ServerConnection::read_head() {
  bool waited = false;
  for (;;) {
    // An empty line after the last request's body, as some clients send.
    while (wire_.input().starts_with("\r\n"))
      wire_.consume(2);
    const std::string_view input = wire_.input();
    if (const auto size = wire_.find_head()) {
      if (*size > server_.options.max_header_bytes)
        return refuse(431, ""), false;
      head_ = input.substr(0, *size);
      wire_.consume(*size);
      return true;
    }
    if (input.size() > server_.options.max_header_bytes)
      return refuse(431, ""), false;
    if (const std::size_t line = input.find('\n');
        line != input.npos && (line == 0 || input[line - 1] != '\r'))
      return refuse(400, "a line does not end as it should"), false;
    if (!std::exchange(waited, true))
      wire_.stream().set_read_deadline(
          detail::deadline_after(server_.options.header_timeout));
    try {
      if (!wire_.fill())
        return false;
    } catch (const std::system_error &error) {
      if (error.code() == std::errc::timed_out)
        refuse(408, "");
      return false;
    }
  }
}

// Whether another request may come.
bool ServerConnection::serve_one() {
  update_date();
  Exchange exchange(wire_, *parser_, server_.options, server_.requests.context,
                    date_);
  if (const ParseError error = parser_->parse_head(
          head_, server_.options.max_body_bytes, false, exchange.head);
      error != ParseError::none) {
    refuse(status_of(error), "");
    return false;
  }
  const Head &head = exchange.head;
  if (!names_its_host(head)) {
    refuse(400, "the request names no host, or several");
    return false;
  }
  split_target(exchange);
  exchange.keep_alive =
      head.keep_alive && !server_.stopping.load(std::memory_order_relaxed);
  bool understood = true;
  if (const auto expectation = head.find("Expect");
      expectation && head.version >= 11) {
    understood = same_name(*expectation, "100-continue");
    exchange.expects_continue = understood && !parser_->done();
  }
  if (understood)
    call_handler(exchange);
  else
    exchange.answer(417, "Expectation Failed\n");

  if (!exchange.begun() && exchange.expects_continue)
    exchange.keep_alive = false;
  if (server_.stopping.load(std::memory_order_relaxed) && !exchange.begun())
    exchange.keep_alive = false;
  exchange.finish();
  bool more = exchange.keep_alive;
  try {
    more = more && exchange.drain_body();
  } catch (const Error &) {
    more = false;
  }
  if (!more) {
    wire_.flush();
    if (!parser_->done())
      linger();
  }
  return more;
}

void ServerConnection::call_handler(Exchange &exchange) {
  const Router::Match match =
      server_.router.find(exchange.head.method, exchange.path);
  Request request(exchange);
  ResponseWriter response(exchange);
  std::exception_ptr error;
  try {
    if (match.handler) {
      (*match.handler)(request, response);
    } else if (match.allowed.empty()) {
      exchange.answer(404, "Not Found\n");
    } else {
      exchange.answer(405, "Method Not Allowed\n");
      exchange.add_field("Allow", match.allowed);
    }
    return;
  } catch (const Error &refusal) {
    if (!exchange.begun()) {
      exchange.answer(refusal.status(), std::string(refusal.what()) + '\n');
      return;
    }
    error = std::current_exception();
  } catch (const std::system_error &) {
    // Of this connection: there is nobody to tell.
    if (wire_.broken())
      throw;
    error = std::current_exception();
  } catch (...) {
    error = std::current_exception();
  }
  server_.options.on_error(request, error);
  if (exchange.begun()) {
    // What the client has is not all, and it must not believe so.
    wire_.flush();
    throw std::system_error(std::make_error_code(std::errc::connection_aborted),
                            "a handler failed within its response");
  }
  exchange.answer(500, "Internal Server Error\n");
}

void ServerConnection::refuse(int status, std::string_view text) {
  update_date();
  Exchange exchange(wire_, *parser_, server_.options, server_.requests.context,
                    date_);
  exchange.keep_alive = false;
  exchange.answer(
      status, std::string(text.empty() ? reason_phrase(status) : text) + '\n');
  exchange.finish();
  wire_.flush();
  linger();
}

void ServerConnection::linger() {
  try {
    wire_.stream().shutdown_write();
    wire_.stream().set_read_deadline(detail::deadline_after(patience));
    std::array<char, 4096> waste;
    for (std::size_t ignored = 0; ignored < most_ignored;) {
      const std::size_t count = wire_.stream().read(waste);
      if (count == 0)
        return;
      ignored += count;
    }
  } catch (const std::system_error &) {
    // It has gone, or sends on: it had its chance.
  }
}

void ServerConnection::update_date() {
  const std::time_t now = std::time(nullptr);
  if (now == date_second_)
    return;
  date_second_ = now;
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed",
                                   "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 64> text;
  const int size = std::snprintf(
      text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d GMT",
      days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
      months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
      parts.tm_hour, parts.tm_min, parts.tm_sec);
  date_.assign(text.data(), static_cast<std::size_t>(size));
}

} // namespace heddle::http
