#include "http/exchange.h"

#include "http/message.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace heddle::http {
namespace {

constexpr std::size_t most_held = 16 * 1024;
// What is read of a body that nobody wants, so that the next request is found.
constexpr std::size_t most_drained = 256 * 1024;

bool has_body(int status) noexcept { return status != 204 && status != 304; }

} // namespace

std::size_t Exchange::read_body(Bytes buffer) {
  if (buffer.empty())
    return 0;
  if (!std::exchange(body_begun, true) && !parser.done()) {
    if (options.body_timeout < Duration::max())
      wire.stream().set_read_deadline(
          detail::deadline_after(options.body_timeout));
    if (std::exchange(expects_continue, false) && !begun())
      wire.put("HTTP/1.1 100 Continue\r\n\r\n");
  }
  const std::span<char> output(reinterpret_cast<char *>(buffer.data()),
                               buffer.size());
  while (!parser.done()) {
    const Parser::Step step = parser.parse_body(wire.input(), output);
    wire.consume(step.consumed);
    if (step.error != ParseError::none) {
      keep_alive = false;
      throw Error(status_of(step.error));
    }
    if (step.produced > 0)
      return step.produced;
    if (parser.done())
      break;
    // The line before a chunk, or what follows the last.
    if (wire.input().size() > options.max_header_bytes) {
      keep_alive = false;
      throw Error(413);
    }
    try {
      if (!wire.fill())
        throw Error(400, "the body ended too early");
    } catch (const Error &) {
      keep_alive = false;
      throw;
    } catch (const std::system_error &error) {
      keep_alive = false;
      throw Error(error.code() == std::errc::timed_out ? 408 : 400,
                  error.what());
    }
  }
  return 0;
}

bool Exchange::drain_body() {
  if (expects_continue)
    return parser.done();
  std::array<char, 4096> waste;
  for (std::size_t drained = 0; !parser.done() && drained < most_drained;)
    drained += read_body(waste);
  return parser.done();
}

void Exchange::add_field(std::string_view name, std::string_view value) {
  if (begun())
    throw std::logic_error("the head of the response has been sent");
  if (!is_token(name) || !is_value(value))
    throw std::logic_error("no field of a message: " + std::string(name));
  if (same_name(name, "Transfer-Encoding"))
    throw std::logic_error("Transfer-Encoding is the server's to set");
  if (same_name(name, "Content-Length")) {
    std::uint64_t number = 0;
    const char *end = value.data() + value.size();
    if (auto [rest, error] = std::from_chars(value.data(), end, number);
        error != std::errc() || rest != end || length)
      throw std::logic_error("no length: " + std::string(value));
    length = number;
    return;
  }
  if (same_name(name, "Connection") && lists(value, "close")) {
    keep_alive = false;
    return;
  }
  fields.append(name).append(": ").append(value).append("\r\n");
}

void Exchange::write(std::string_view data) {
  written += data.size();
  if (length && written > *length)
    throw std::logic_error("the body is longer than its Content-Length");
  if (!begun()) {
    if (held.size() + data.size() <= most_held) {
      held += data;
      return;
    }
    begin(false);
  }
  emit(data);
}

void Exchange::begin(bool complete) {
  if (complete && !length)
    length = held.size();
  if (!has_body(status) || is_head())
    framing = Framing::none;
  else if (length)
    framing = Framing::length;
  else
    framing = head.version >= 11 ? Framing::chunks : Framing::to_the_end;
  if (framing == Framing::to_the_end)
    keep_alive = false;

  std::string text;
  text.reserve(256 + fields.size() + held.size());
  text = "HTTP/1.1 ";
  text += std::to_string(status);
  text += ' ';
  text += reason_phrase(status);
  text += "\r\n";
  text += fields;
  text += "Date: ";
  text += date;
  if (has_body(status)) {
    if (length) {
      text += "\r\nContent-Length: ";
      text += std::to_string(*length);
    } else if (head.version >= 11) {
      text += "\r\nTransfer-Encoding: chunked";
    }
  }
  if (!keep_alive)
    text += "\r\nConnection: close";
  else if (head.version < 11)
    text += "\r\nConnection: keep-alive";
  text += "\r\n\r\n";
  if (framing == Framing::length) {
    text += held;
    wire.put(text);
  } else {
    wire.put(text);
    emit(held);
  }
  held.clear();
}

void Exchange::emit(std::string_view data) {
  if (data.empty() || framing == Framing::none)
    return;
  if (framing != Framing::chunks)
    return wire.put(data);
  std::array<char, 16> size;
  const auto end =
      std::to_chars(size.data(), size.data() + size.size(), data.size(), 16)
          .ptr;
  wire.put({size.data(), static_cast<std::size_t>(end - size.data())});
  wire.put("\r\n");
  wire.put(data);
  wire.put("\r\n");
}

void Exchange::finish() {
  if (!begun())
    begin(true);
  if (framing == Framing::chunks)
    wire.put("0\r\n\r\n");
  // The client waits for the rest until the connection ends.
  if (framing == Framing::length && written < *length)
    keep_alive = false;
}

void Exchange::answer(int code, std::string_view text) {
  fields.clear();
  length.reset();
  status = code;
  written = text.size();
  held = text;
  fields = "Content-Type: text/plain; charset=utf-8\r\n"
           "X-Content-Type-Options: nosniff\r\n";
}

std::string_view Request::method() const noexcept {
  return exchange_.head.method;
}

std::string_view Request::target() const noexcept {
  return exchange_.head.target;
}

std::string_view Request::path() const noexcept { return exchange_.path; }

std::string_view Request::query() const noexcept { return exchange_.query; }

std::optional<std::string_view>
Request::header(std::string_view name) const noexcept {
  return exchange_.head.find(name);
}

std::span<const Field> Request::headers() const noexcept {
  return exchange_.head.fields;
}

std::size_t Request::read(Bytes buffer) const {
  return exchange_.read_body(buffer);
}

std::string Request::body() const {
  std::string body;
  std::size_t size = 0;
  for (;;) {
    if (size == body.size())
      body.resize(std::max<std::size_t>(
          2 * size,
          std::min<std::uint64_t>(content_length().value_or(1024), 64 * 1024) +
              1));
    const std::size_t count =
        read(Bytes(body.data() + size, body.size() - size));
    if (count == 0)
      break;
    size += count;
  }
  body.resize(size);
  return body;
}

std::optional<std::uint64_t> Request::content_length() const noexcept {
  return exchange_.head.content_length;
}

const Context &Request::context() const noexcept { return exchange_.context; }

SocketAddress Request::peer() const {
  return exchange_.wire.stream().peer_address();
}

void ResponseWriter::status(int code) {
  if (exchange_.begun())
    throw std::logic_error("the head of the response has been sent");
  if (code < 200 || code > 599)
    throw std::logic_error("no status of a response: " + std::to_string(code));
  exchange_.status = code;
}

void ResponseWriter::header(std::string_view name, std::string_view value) {
  exchange_.add_field(name, value);
}

void ResponseWriter::write(ConstBytes data) { exchange_.write(data.text()); }

void ResponseWriter::flush() {
  if (!exchange_.begun())
    exchange_.begin(false);
  exchange_.wire.flush();
}

} // namespace heddle::http
