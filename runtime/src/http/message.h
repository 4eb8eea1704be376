#pragma once

#include <string_view>

namespace heddle::http {

/// Whether `text` may be a method or the name of a field.
bool is_token(std::string_view text) noexcept;
/// Whether `text` may be the value of a field: it holds no end of a line.
bool is_value(std::string_view text) noexcept;
/// Whether a list of tokens, as of Connection, has `token` in it.
bool lists(std::string_view list, std::string_view token) noexcept;

} // namespace heddle::http
