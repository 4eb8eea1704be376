#include "service.h"

#include <heddle/heddle.h>

#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>

namespace {

constexpr char usage[] =
    "usage: ingest --inventory FILE --output DIRECTORY [--input FILE]\n"
    "              [--listen PORT --connections N]\n";

template <typename Number> bool parse(std::string_view text, Number &to) {
  const char *end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, to);
  return error == std::errc() && stopped == end;
}

std::optional<ingest::Settings> settings_from(int argc, char **argv) {
  ingest::Settings settings;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string_view value = i + 1 < argc ? argv[i + 1] : "";
    if (value.empty())
      return std::nullopt;
    if (name == "--input")
      settings.input = value;
    else if (name == "--inventory")
      settings.inventory = value;
    else if (name == "--output")
      settings.output = value;
    else if (name == "--listen" && parse(value, settings.port))
      continue;
    else if (name == "--connections" && parse(value, settings.connections))
      continue;
    else
      return std::nullopt;
  }
  if (settings.inventory.empty() || settings.output.empty())
    return std::nullopt;
  return settings;
}

} // namespace

int main(int argc, char **argv) {
  const std::optional<ingest::Settings> settings = settings_from(argc, argv);
  if (!settings) {
    std::fputs(usage, stderr);
    return 2;
  }
  try {
    heddle::run([&] { ingest::ingest(*settings); });
    return 0;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "ingest: %s\n", error.what());
    return 1;
  }
}
