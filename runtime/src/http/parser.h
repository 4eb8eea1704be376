// The grammar of HTTP, from Boost.Beast's parser, which parser.cpp alone
// includes.
#pragma once

#include "heddle/http_message.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace heddle::http {

enum class ParseError : std::uint8_t {
  none,
  malformed,
  too_large,
  bad_version,
  bad_encoding,
};

/// The status that answers a request with that error in its head or body.
int status_of(ParseError error) noexcept;

/// What a head says. Refers to the text it was read from.
struct Head {
  std::string_view method, target; ///< of a request
  int status = 0;                  ///< of a response
  std::string_view reason;
  int version = 11;
  std::vector<Field> fields;
  /// Whether another message may follow.
  bool keep_alive = false;
  std::optional<std::uint64_t> content_length;

  std::optional<std::string_view> find(std::string_view name) const noexcept;
};

/// Takes one message apart, and then the next.
class Parser {
public:
  virtual ~Parser() = default;

  /// Begins a message with the whole of its head, up to the empty line. `skip`:
  /// no body follows, whatever the head says.
  virtual ParseError parse_head(std::string_view text, std::uint64_t body_limit,
                                bool skip, Head &head) = 0;

  struct Step {
    std::size_t consumed; ///< of the input
    std::size_t produced; ///< in the output
    ParseError error;
  };
  /// Decodes some of the body. With nothing consumed and nothing produced it
  /// wants more input than it was given.
  virtual Step parse_body(std::string_view input, std::span<char> output) = 0;

  /// The input ends. An error if that is no end of the message.
  virtual ParseError end() = 0;

  /// Whether the message is complete.
  virtual bool done() const noexcept = 0;
};

std::unique_ptr<Parser> make_request_parser();
std::unique_ptr<Parser> make_response_parser();

} // namespace heddle::http
