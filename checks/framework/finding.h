/// What a check says about one fault.
#pragma once

#include "rewrite/edits.h"

#include "clang/AST/Decl.h"

#include <optional>
#include <string>
#include <vector>

namespace heddle::checks {

/// A warning, the notes that tell its story, and the fixes. Messages take
/// arguments as Clang's do: `%0` is what is streamed in first.
class Finding {
public:
  Finding(clang::SourceLocation location, llvm::StringRef text) {
    messages.push_back({location, text.str()});
    covered.push_back(location);
    causes.push_back(location);
  }

  /// Fills the next `%` of the message begun last.
  Finding &operator<<(const llvm::Twine &argument);
  /// Quoted, as in Clang's own messages.
  Finding &operator<<(const clang::NamedDecl *argument);
  Finding &operator<<(clang::QualType argument);
  Finding &operator<<(unsigned argument);

  Finding &note(clang::SourceLocation location, llvm::StringRef text);

  /// The finding is about this place too: checks that yield to this one say
  /// nothing of its line.
  Finding &covers(clang::SourceLocation location);

  /// The cause is there: where a check that this one yields to speaks of that
  /// line, it has said all.
  Finding &causedAt(clang::SourceLocation location);

  /// A fix of the same meaning for every input.
  Finding &fix(const Edits &edits);

  /// A fix for a person to look at; `text` says what it does and what changes.
  Finding &review(clang::SourceLocation location, llvm::StringRef text,
                  const Edits &edits);

private:
  friend class Session;

  struct Message {
    clang::SourceLocation location;
    std::string text;
    std::optional<Edits> edits = {};
    unsigned arguments = 0;
    std::vector<clang::FixItHint> hints = {};
  };

  std::vector<Message> messages;
  std::vector<clang::SourceLocation> covered;
  std::vector<clang::SourceLocation> causes;
};

} // namespace heddle::checks
