/// What a check says about itself. The list of checks, the pages' heads, the
/// index and the validation of options are all made from this.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <initializer_list>
#include <memory>
#include <string>

namespace clang::tidy {
class ClangTidyCheck;
class ClangTidyContext;
} // namespace clang::tidy

namespace heddle::checks {

/// How bad a finding is: the program is wrong, or slow, or it depends.
enum class Tier { Bug, Cost, Advice };

/// Which fixes a check offers. A safe one means the same for every input; one
/// for review changes timing, order, capacity, error handling or lifetime.
enum class Fix { None, Safe, Review, SafeOrReview };

enum class OptionType { Flag, Number, Text };

struct OptionInfo {
  llvm::StringRef name;
  OptionType type;
  llvm::StringRef defaultValue;
  llvm::StringRef doc;
};

struct CheckInfo {
  /// Lower case, no full stop: "one task per item of a loop".
  llvm::StringRef summary;
  Tier tier;
  Fix fix;
  /// The exercises the check comes from, as "A1 B1 D3".
  llvm::StringRef seeds;
  llvm::StringRef since;
  std::initializer_list<OptionInfo> options = {};
  /// More specific checks, as "spawn-per-event": where one of them says
  /// something of a line, this one does not.
  std::initializer_list<llvm::StringRef> yieldsTo = {};
  std::unique_ptr<clang::tidy::ClangTidyCheck> (*make)(
      llvm::StringRef name, clang::tidy::ClangTidyContext *context);
};

struct RegisteredCheck {
  llvm::StringRef name; ///< "heddle-spawn-in-loop".
  const CheckInfo *info;
};

/// Every check there is, by name.
llvm::ArrayRef<RegisteredCheck> allChecks();

/// The check of that name, or null.
const CheckInfo *findCheck(llvm::StringRef name);

llvm::StringRef spelling(Tier tier); ///< "bug", "cost", "advice".
llvm::StringRef spelling(Fix fix);   ///< "none", "S", "R", "S/R".
llvm::StringRef spelling(OptionType type);

/// What stands at the top of docs/checks/<name>.md, markers included.
std::string pageHead(const RegisteredCheck &check);

} // namespace heddle::checks
