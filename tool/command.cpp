#include "command.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace heddle::tool {
namespace {

std::string spelling(StringRef name) {
  return (name.size() == 1 ? "-" : "--") + name.str();
}

/// A word of the command line that names an option, taken apart. `-j4` and
/// `-pbuild` hold their value as `--jobs=4` does.
struct Word {
  StringRef name;
  std::optional<StringRef> value;
};

Word splitOption(StringRef word) {
  if (word.consume_front("--")) {
    auto [name, value] = word.split('=');
    if (name.size() == word.size())
      return {name, std::nullopt};
    return {name, value};
  }
  StringRef rest = word.drop_front(2);
  rest.consume_front("=");
  if (word.size() == 2)
    return {word.drop_front(1), std::nullopt};
  return {word.substr(1, 1), rest};
}

Error checkChoice(const Option &option, StringRef value) {
  SmallVector<StringRef> choices;
  option.choices.split(choices, '|', -1, false);
  if (choices.empty() || is_contained(choices, value))
    return Error::success();
  return makeError("'" + value + "' is not a value of " +
                   spelling(option.name) + " (" + join(choices, ", ") + ")" +
                   didYouMean(value, choices));
}

} // namespace

Expected<Arguments> parseArguments(const Command &command,
                                   ArrayRef<const char *> words) {
  Arguments result;
  for (size_t i = 0; i < words.size(); ++i) {
    StringRef word = words[i];
    if (word == "--") {
      result.compilerFlags.emplace(words.begin() + i + 1, words.end());
      break;
    }
    if (word == "-h" || word == "--help") {
      result.options["help"] = "";
      continue;
    }
    if (!word.starts_with("-") || word == "-") {
      result.positional.push_back(word.str());
      continue;
    }
    auto [name, value] = splitOption(word);
    auto option = find_if(command.options,
                          [&](const Option &o) { return o.name == name; });
    if (option == command.options.end()) {
      std::vector<std::string> names;
      for (const Option &o : command.options)
        names.push_back(spelling(o.name));
      StringRef given = word.split('=').first;
      return makeError("'heddle " + command.name + "' has no option " + given +
                       didYouMean(given, SmallVector<StringRef>(names.begin(),
                                                                names.end())));
    }
    if (option->value.empty()) {
      if (value)
        return makeError(spelling(name) + " takes no value");
      value = "";
    } else if (!value) {
      if (i + 1 == words.size())
        return makeError(spelling(name) + " needs a value: " + option->value);
      value = words[++i];
    }
    if (Error error = checkChoice(*option, *value))
      return error;
    result.options[name] = value->str();
    SmallVector<StringRef> withCommand;
    option->withCommand.split(withCommand, '|', -1, false);
    if (is_contained(withCommand, *value)) {
      if (i + 1 == words.size() || StringRef(words[i + 1]).empty())
        return makeError(spelling(name) + " " + *value +
                         " needs a command, as one word: " + spelling(name) +
                         " " + *value + " 'ninja -C build'");
      result.options[(name + "-command").str()] = words[++i];
    }
  }
  return result;
}

void printHelp(const Command &command) {
  outs() << "usage: heddle " << command.usage << "\n\n"
         << command.summary << "\n";
  if (!command.options.empty())
    outs() << "\noptions:\n";
  for (const Option &option : command.options) {
    std::string left = spelling(option.name);
    if (!option.value.empty())
      left += " " + option.value.str();
    outs() << formatv("  {0,-20}  ", left);
    SmallVector<StringRef> lines;
    option.help.split(lines, '\n');
    outs() << join(lines, "\n" + std::string(24, ' ')) << "\n";
  }
  if (!command.details.empty())
    outs() << "\n" << command.details;
}

std::vector<Option>
joinOptions(std::initializer_list<std::vector<Option>> lists) {
  std::vector<Option> all;
  for (const std::vector<Option> &list : lists)
    append_range(all, list);
  return all;
}

std::string selectionWords(const Arguments &arguments) {
  std::string words;
  auto add = [&](StringRef word) {
    bool plain = all_of(word, [](char c) {
      return isAlnum(c) || StringRef("_-./=,+:@%").contains(c);
    });
    words +=
        plain && !word.empty() ? (" " + word).str() : (" '" + word + "'").str();
  };
  for (StringRef name : {"p", "root", "checks", "tier"})
    if (arguments.has(name)) {
      add(spelling(name));
      add(arguments.get(name));
    }
  for (const std::string &path : arguments.positional)
    add(path);
  if (arguments.compilerFlags) {
    add("--");
    for (const std::string &flag : *arguments.compilerFlags)
      add(flag);
  }
  return words;
}

ExitStatus fail(const Twine &message) {
  outs().flush();
  errs().changeColor(raw_ostream::RED, /*Bold=*/true) << "heddle: ";
  errs().resetColor() << message << "\n";
  return Failed;
}

ExitStatus fail(Error error) { return fail(toString(std::move(error))); }

std::string didYouMean(StringRef word, ArrayRef<StringRef> candidates) {
  // Beyond a third of the word wrong, a suggestion would be a guess.
  unsigned best = word.size() / 3 + 1;
  StringRef nearest;
  for (StringRef candidate : candidates) {
    unsigned distance = word.edit_distance_insensitive(candidate, true, best);
    if (distance <= best && (nearest.empty() || distance < best)) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest.empty() ? "" : ("; did you mean '" + nearest + "'?").str();
}

} // namespace heddle::tool
