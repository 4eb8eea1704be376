#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace heddle::tool {

enum ExitStatus { Clean = 0, Findings = 1, Failed = 2 };

/// One option of a subcommand. A switch has no `value`.
struct Option {
  llvm::StringRef name;
  llvm::StringRef value;
  llvm::StringRef help;
  /// The words that the value may be, separated by '|'; any if empty.
  llvm::StringRef choices = {};
  /// Those of the choices that a command follows; it becomes the value of
  /// `NAME-command`.
  llvm::StringRef withCommand = {};
};

/// What the user typed after the subcommand, already checked against its
/// options.
struct Arguments {
  llvm::StringMap<std::string> options;
  std::vector<std::string> positional;
  /// What follows `--`.
  std::optional<std::vector<std::string>> compilerFlags;

  bool has(llvm::StringRef name) const { return options.contains(name); }
  llvm::StringRef get(llvm::StringRef name,
                      llvm::StringRef fallback = "") const {
    auto it = options.find(name);
    return it == options.end() ? fallback : llvm::StringRef(it->second);
  }
};

/// A subcommand: one file each, listed in main.cpp.
struct Command {
  llvm::StringRef name;
  llvm::StringRef usage;
  /// Empty for one that people do not call.
  llvm::StringRef summary;
  llvm::StringRef details;
  std::vector<Option> options;
  ExitStatus (*run)(const Arguments &);
};

extern const Command lintCommand, fixCommand, baselineCommand, mergeCommand,
    listCommand, explainCommand, doctorCommand, initCommand, completionCommand,
    manualCommand, workerCommand;

/// Every command, in the order in which they are shown.
llvm::ArrayRef<const Command *> allCommands();

/// Fails with a message that says which argument is wrong and what it could
/// have been.
llvm::Expected<Arguments> parseArguments(const Command &command,
                                         llvm::ArrayRef<const char *> words);

void printHelp(const Command &command);

std::vector<Option>
joinOptions(std::initializer_list<std::vector<Option>> lists);

/// The words that give another command the same project, paths and checks, with
/// a space before each.
std::string selectionWords(const Arguments &arguments);

/// Tells on stderr why the command cannot do its work.
ExitStatus fail(const llvm::Twine &message);
ExitStatus fail(llvm::Error error);

/// The candidate that `word` was probably meant to be, as "; did you mean
/// 'x'?", or nothing.
std::string didYouMean(llvm::StringRef word,
                       llvm::ArrayRef<llvm::StringRef> candidates);

inline llvm::Error makeError(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

} // namespace heddle::tool
