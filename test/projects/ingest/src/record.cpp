#include "record.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace ingest {
namespace {

template <typename Number> bool to_number(std::string_view text, Number &to) {
  const char *end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, to);
  return error == std::errc() && stopped == end;
}

bool to_level(std::string_view text, Level &to) {
  if (text == "debug")
    to = Level::Debug;
  else if (text == "info")
    to = Level::Info;
  else if (text == "warning")
    to = Level::Warning;
  else if (text == "error")
    to = Level::Error;
  else
    return false;
  return true;
}

// 2026-03-01T12:34:56.789Z
bool to_time(std::string_view text, std::int64_t &to_ms) {
  using namespace std::chrono;
  unsigned month = 0, day = 0;
  int year = 0, hour = 0, minute = 0, second = 0, millisecond = 0;
  if (text.size() != 24 || text[10] != 'T' || text[23] != 'Z' ||
      !to_number(text.substr(0, 4), year) ||
      !to_number(text.substr(5, 2), month) ||
      !to_number(text.substr(8, 2), day) ||
      !to_number(text.substr(11, 2), hour) ||
      !to_number(text.substr(14, 2), minute) ||
      !to_number(text.substr(17, 2), second) ||
      !to_number(text.substr(20, 3), millisecond))
    return false;
  const year_month_day date{std::chrono::year(year), std::chrono::month(month),
                            std::chrono::day(day)};
  if (!date.ok())
    return false;
  to_ms = milliseconds(sys_days(date).time_since_epoch() + hours(hour) +
                       minutes(minute) + seconds(second) +
                       milliseconds(millisecond))
              .count();
  return true;
}

std::string_view take_word(std::string_view &text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

bool set_field(Record &record, std::string_view key, std::string_view value) {
  if (key == "level")
    return to_level(value, record.level);
  if (key == "status")
    return to_number(value, record.status);
  if (key == "latency_us")
    return to_number(value, record.latency_us);
  if (key == "bytes")
    return to_number(value, record.bytes);
  if (key == "service")
    record.service = value;
  else if (key == "host")
    record.host = value;
  return true;
}

} // namespace

std::optional<Record> parse_record(std::string_view line) {
  Record record;
  record.line = line;
  std::string_view rest = line;
  if (!to_time(take_word(rest), record.time_ms))
    return std::nullopt;
  while (!rest.empty()) {
    const std::string_view field = take_word(rest);
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos ||
        !set_field(record, field.substr(0, equals), field.substr(equals + 1)))
      return std::nullopt;
  }
  if (record.service.empty() || record.host.empty())
    return std::nullopt;
  return record;
}

} // namespace ingest
