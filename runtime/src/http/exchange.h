#pragma once

#include "heddle/context.h"
#include "heddle/http_server.h"
#include "http/parser.h"
#include "http/wire.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heddle::http {

/// One request of a connection and its response: what Request and
/// ResponseWriter stand for.
struct Exchange {
  Exchange(Wire &wire, Parser &parser, const ServerOptions &options,
           const Context &context, std::string &date) noexcept
      : wire(wire), parser(parser), options(options), context(context),
        date(date) {}

  Wire &wire;
  Parser &parser;
  const ServerOptions &options;
  const Context &context;
  /// The value of the field Date.
  std::string &date;

  // The request.
  Head head;
  std::string_view path, query;
  /// The client waits for a word before it sends the body.
  bool expects_continue = false;
  bool body_begun = false;

  // The response.
  enum class Framing : std::uint8_t {
    undecided, // the head was not sent
    none,      // no body
    length,
    chunks,
    to_the_end, // of the connection
  };
  Framing framing = Framing::undecided;
  int status = 200;
  bool keep_alive = true;
  std::string fields;
  std::optional<std::uint64_t> length;
  std::uint64_t written = 0;
  /// Of the body, while the head was not sent.
  std::string held;

  bool is_head() const noexcept { return head.method == "HEAD"; }
  bool begun() const noexcept { return framing != Framing::undecided; }

  /// Reads some of the body; 0: its end.
  std::size_t read_body(Bytes buffer) HEDDLE_SUSPENDS;
  /// Reads and drops the rest of the body if that is little. False: it is not,
  /// or the client waits to be asked for it.
  bool drain_body() HEDDLE_SUSPENDS;

  void add_field(std::string_view name, std::string_view value);
  void write(std::string_view data) HEDDLE_SUSPENDS;
  /// Sends the head, for a body whose end is known if it is `complete`.
  void begin(bool complete) HEDDLE_SUSPENDS;
  /// Ends the response.
  void finish() HEDDLE_SUSPENDS;
  /// Makes the response, which has not begun, one that says `text`.
  void answer(int code, std::string_view text);

private:
  void emit(std::string_view data) HEDDLE_SUSPENDS;
};

} // namespace heddle::http
