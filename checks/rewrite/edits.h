/// A fix under construction.
#pragma once

#include "rewrite/source.h"

#include "clang/Basic/Diagnostic.h"
#include "llvm/ADT/Twine.h"

#include <set>
#include <string>
#include <vector>

namespace heddle::checks {

struct Change {
  Span span;
  std::string text;

  friend bool operator==(const Change &a, const Change &b) {
    return a.span.file == b.span.file && a.span.begin == b.span.begin &&
           a.span.end == b.span.end && a.text == b.text;
  }
};

/// Changes that are made together or not at all. The group fails, and stays
/// failed, as soon as one of them cannot be made: it would touch a macro
/// expansion, a preprocessor directive, or a file that is not the project's.
class Edits {
public:
  explicit Edits(const Source &source) : source(&source) {}

  Edits &replace(clang::SourceRange tokens, const llvm::Twine &text);
  Edits &replace(std::optional<Span> span, const llvm::Twine &text);
  /// Both end up between the same two tokens; the first one stays with the
  /// token at `location`, the second with the one before it.
  Edits &insertBefore(clang::SourceLocation location, const llvm::Twine &text);
  Edits &insertAfter(clang::SourceLocation location, const llvm::Twine &text);

  /// Removes a statement as a person would: with its line, the comments that
  /// would be left to describe nothing, and one of two blank lines that would
  /// meet.
  Edits &remove(const clang::Stmt &statement);
  Edits &remove(std::optional<Span> statement);

  /// Puts `statement` on a line of its own above `anchor`, which must be a
  /// statement of a block.
  Edits &insertStatement(const llvm::Twine &statement,
                         const clang::Stmt &anchor);

  /// Puts `text` on a line of its own above `anchor`, a statement in `body` of
  /// a loop; a body that is one statement without braces gets them.
  Edits &insertInBody(const clang::Stmt &body, const clang::Stmt *anchor,
                      const llvm::Twine &text);

  /// Puts the statements of a lambda on lines of their own, if they are all on
  /// one with the rest of it and this line, `growth` longer, would be too long.
  Edits &breakLambda(const clang::LambdaExpr &lambda, unsigned growth);

  /// Drops an explicit capture of `variable`, if there is one.
  Edits &removeCapture(const clang::LambdaExpr &lambda,
                       const clang::ValueDecl *variable);

  /// Moves the lines that start in `span` from one indentation to another.
  Edits &reindent(std::optional<Span> span, llvm::StringRef from,
                  llvm::StringRef to);

  /// The changed code at `location` needs `header`, as "heddle/parallel.h".
  Edits &include(llvm::StringRef header, clang::SourceLocation location);

  /// The fix holds only if all of this text is what is compiled: fails where a
  /// directive stands in it.
  Edits &rely(std::optional<Span> span);
  Edits &rely(clang::SourceRange tokens);

  /// All that `other` does too.
  Edits &add(const Edits &other);

  Edits &require(bool condition);
  explicit operator bool() const { return !failed; }

  /// The changes in order of place, none touching another; empty if it failed.
  std::vector<Change> changes() const;
  const std::set<std::pair<clang::FileID, std::string>> &includes() const {
    return headers;
  }

private:
  const Source *source;
  std::vector<Change> list;
  std::set<std::pair<clang::FileID, std::string>> headers;
  bool failed = false;
};

/// Changes as clang-tidy takes them.
std::vector<clang::FixItHint> asHints(llvm::ArrayRef<Change> changes,
                                      const clang::SourceManager &manager);

} // namespace heddle::checks
