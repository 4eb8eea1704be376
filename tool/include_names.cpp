#include "include_names.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace heddle::tool {
namespace {

/// What an `#include` line names; empty if the line is none.
StringRef includedName(StringRef line) {
  line = line.ltrim();
  if (!line.consume_front("#"))
    return {};
  line = line.ltrim();
  if (!line.consume_front("include") && !line.consume_front("import"))
    return {};
  line.consume_front("_next");
  line = line.ltrim();
  if (line.consume_front("\""))
    return sys::path::filename(
        line.take_until([](char c) { return c == '"'; }));
  if (line.consume_front("<"))
    return sys::path::filename(
        line.take_until([](char c) { return c == '>'; }));
  return "*";
}

} // namespace

void IncludeNames::add(StringRef file, StringRef text) {
  StringSet<> &names = includes[sys::path::filename(file)];
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    text = rest;
    if (StringRef name = includedName(line); !name.empty())
      names.insert(name);
  }
}

void IncludeNames::add(const Unit &unit) {
  StringSet<> &names = includes[sys::path::filename(unit.file)];
  for (const auto &command : unit.commands)
    for (size_t i = 0; i + 1 < command.CommandLine.size(); ++i)
      if (StringRef(command.CommandLine[i]).contains("-include"))
        names.insert(sys::path::filename(command.CommandLine[i + 1]));
}

StringSet<> IncludeNames::reachableFrom(StringRef file) const {
  StringSet<> reached;
  SmallVector<StringRef> open = {sys::path::filename(file)};
  while (!open.empty()) {
    auto known = includes.find(open.pop_back_val());
    if (known == includes.end())
      continue;
    for (const auto &name : known->second)
      if (reached.insert(name.first()).second)
        open.push_back(name.first());
  }
  return reached;
}

} // namespace heddle::tool
