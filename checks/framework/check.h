/// What every check is made from.
#pragma once

#include "analysis/unit.h"
#include "framework/check_info.h"
#include "framework/finding.h"

#include "clang-tidy/ClangTidyCheck.h"

namespace heddle::checks {

class Session;

/// A check of a whole translation unit. Code in system headers is not seen, and
/// no check walks the tree by itself: it asks the Unit and the facts about it.
class Check : public clang::tidy::ClangTidyCheck {
public:
  Check(llvm::StringRef name, clang::tidy::ClangTidyContext *context);
  ~Check() override;

  bool isLanguageVersionSupported(const clang::LangOptions &) const final;
  void registerPPCallbacks(const clang::SourceManager &, clang::Preprocessor *,
                           clang::Preprocessor *) final;
  void registerMatchers(clang::ast_matchers::MatchFinder *) final;
  void onEndOfTranslationUnit() final;
  void storeOptions(clang::tidy::ClangTidyOptions::OptionMap &) final;

protected:
  virtual void checkUnit() = 0;

  Unit &unit() const;
  const Source &source() const;
  Edits edits() const { return Edits(source()); }

  /// Begins a finding; it is reported after the unit has been checked. A second
  /// one at the same place is the same fault seen in another instantiation.
  Finding &diag(clang::SourceLocation location, llvm::StringRef text);
  /// Adds to the story of the finding begun last.
  Finding &note(clang::SourceLocation location, llvm::StringRef text);

  /// The value of an option that the check's CheckInfo names.
  bool flag(llvm::StringRef option) const;
  unsigned number(llvm::StringRef option) const;
  llvm::StringRef text(llvm::StringRef option) const;

  /// The code that findings are about from here on.
  void enter(const Function *function) { current = function; }

private:
  friend class Session;

  void validateOptions(const clang::tidy::ClangTidyContext &context);

  const CheckInfo &info;
  std::shared_ptr<Session> session;
  const Function *current = nullptr;
};

/// A check that looks at one body of code at a time.
class FunctionCheck : public Check {
public:
  using Check::Check;

protected:
  virtual void checkFunction(const Function &function) = 0;

private:
  void checkUnit() final;
};

template <class C>
std::unique_ptr<clang::tidy::ClangTidyCheck>
makeCheck(llvm::StringRef name, clang::tidy::ClangTidyContext *context) {
  return std::make_unique<C>(name, context);
}

/// How the host applies fixes. `Together`: those of a unit in one go, as
/// clang-tidy does; no two of them overlap, and one carries what they share, as
/// an added `#include`. `Alone`: one by one, or merged by the host itself; each
/// is whole. `Picked`: alone, by a person who sees of one for review only the
/// text of its note, which then ends with `reviewMark`.
enum class FixPolicy { Together, Alone, Picked };
void setFixPolicy(FixPolicy policy);

inline constexpr llvm::StringRef reviewMark = " (review)";

/// Files outside this directory get no edits. By default, what looks like the
/// project of the unit's main file.
void setProjectRoot(std::string directory);

} // namespace heddle::checks
