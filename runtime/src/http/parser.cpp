#include "http/parser.h"

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>

namespace heddle::http {
namespace {

namespace beast = boost::beast;
namespace grammar = boost::beast::http;
using boost::system::error_code;

std::string_view view(beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

ParseError meaning_of(error_code error) noexcept {
  if (!error)
    return ParseError::none;
  if (error == grammar::error::body_limit ||
      error == grammar::error::header_limit)
    return ParseError::too_large;
  if (error == grammar::error::bad_version)
    return ParseError::bad_version;
  if (error == grammar::error::bad_transfer_encoding)
    return ParseError::bad_encoding;
  return ParseError::malformed;
}

/// The parser of one message.
template <bool is_request>
class Message final : public grammar::basic_parser<is_request> {
public:
  Message(std::string_view text, std::uint64_t body_limit, Head &head)
      : text_(text), head_(&head) {
    this->header_limit(std::numeric_limits<std::uint32_t>::max());
    this->body_limit(body_limit);
  }

  std::span<char> output;
  std::size_t produced = 0;

private:
  void on_request_impl(grammar::verb, beast::string_view method,
                       beast::string_view target, int version,
                       error_code &) override {
    head_->method = view(method);
    head_->target = view(target);
    head_->version = version;
  }

  void on_response_impl(int status, beast::string_view reason, int version,
                        error_code &) override {
    head_->status = status;
    head_->reason = view(reason);
    head_->version = version;
  }

  void on_field_impl(grammar::field field, beast::string_view name,
                     beast::string_view value, error_code &error) override {
    // Those behind the last chunk: nobody asked for them.
    if (!head_)
      return;
    // A value that is continued on the next line was put together elsewhere.
    // Who does that means to be understood differently by different readers.
    const char *end = text_.data() + text_.size();
    if (!value.empty() && (std::less<>()(value.data(), text_.data()) ||
                           !std::less<>()(value.data(), end))) {
      error = grammar::error::bad_value;
      return;
    }
    // With any other coding the message's end would be a matter of taste.
    if (field == grammar::field::transfer_encoding &&
        !beast::iequals(value, "chunked")) {
      error = grammar::error::bad_transfer_encoding;
      return;
    }
    head_->fields.push_back({view(name), view(value)});
  }

  void on_header_impl(error_code &) override {
    head_->keep_alive = this->keep_alive();
    if (auto length = this->content_length())
      head_->content_length = *length;
    head_ = nullptr;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t> &,
                         error_code &) override {}

  std::size_t on_body_impl(beast::string_view body, error_code &) override {
    return put_out(body);
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view,
                            error_code &) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body,
                                 error_code &) override {
    return put_out(body);
  }

  void on_finish_impl(error_code &) override {}

  std::size_t put_out(beast::string_view body) noexcept {
    const std::size_t size = std::min(body.size(), output.size() - produced);
    std::memcpy(output.data() + produced, body.data(), size);
    produced += size;
    return size;
  }

  const std::string_view text_;
  Head *head_;
};

template <bool is_request> class BeastParser final : public Parser {
public:
  ParseError parse_head(std::string_view text, std::uint64_t body_limit,
                        bool skip, Head &head) override {
    head = {};
    message_.emplace(text, body_limit, head);
    message_->skip(skip);
    error_code error;
    const std::size_t used = message_->put({text.data(), text.size()}, error);
    if (!error && (!message_->is_header_done() || used != text.size()))
      return ParseError::malformed;
    return meaning_of(error);
  }

  Step parse_body(std::string_view input, std::span<char> output) override {
    message_->output = output;
    message_->produced = 0;
    std::size_t consumed = 0;
    error_code error;
    while (!message_->is_done() && consumed < input.size() &&
           message_->produced < output.size()) {
      consumed += message_->put(
          {input.data() + consumed, input.size() - consumed}, error);
      if (error == grammar::error::need_more)
        return {consumed, message_->produced, ParseError::none};
      if (error)
        break;
    }
    return {consumed, message_->produced, meaning_of(error)};
  }

  ParseError end() override {
    error_code error;
    message_->put_eof(error);
    return meaning_of(error);
  }

  bool done() const noexcept override { return message_->is_done(); }

private:
  std::optional<Message<is_request>> message_;
};

} // namespace

int status_of(ParseError error) noexcept {
  switch (error) {
  case ParseError::none:
    return 200;
  case ParseError::malformed:
    return 400;
  case ParseError::too_large:
    return 413;
  case ParseError::bad_version:
    return 505;
  case ParseError::bad_encoding:
    return 501;
  }
  return 400;
}

std::optional<std::string_view>
Head::find(std::string_view name) const noexcept {
  for (const Field &field : fields)
    if (same_name(field.name, name))
      return field.value;
  return std::nullopt;
}

std::unique_ptr<Parser> make_request_parser() {
  return std::make_unique<BeastParser<true>>();
}

std::unique_ptr<Parser> make_response_parser() {
  return std::make_unique<BeastParser<false>>();
}

} // namespace heddle::http
