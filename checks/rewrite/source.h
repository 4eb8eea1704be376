/// The text behind an AST: what may be edited, and how it is laid out.
#pragma once

#include "rewrite/inclusions.h"

#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceLocation.h"
#include "llvm/ADT/StringRef.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace llvm::vfs {
class FileSystem;
}

namespace heddle::checks {

/// The characters [begin, end) of a file.
struct Span {
  clang::FileID file;
  unsigned begin = 0;
  unsigned end = 0;
};

class Source {
public:
  /// `root`: no file outside this directory may be edited.
  Source(const clang::ASTContext &ast,
         std::shared_ptr<const std::vector<Inclusion>> inclusions,
         std::string root);

  const clang::ASTContext &ast() const { return context; }
  const clang::SourceManager &manager() const;

  /// The characters of these tokens, where they were written as such: no end of
  /// them comes out of a macro or lies in a macro's argument.
  std::optional<Span> span(clang::SourceRange tokens) const;

  /// A statement or declaration statement with the semicolon that ends it.
  std::optional<Span> statement(const clang::Stmt &statement) const;

  /// Whether the file may be edited: the user's, in the project, on disk.
  bool mayEdit(clang::FileID file) const;

  /// Whether a preprocessor directive stands in there.
  bool hasDirective(Span span) const;

  /// The uses of macros in there, each with its arguments.
  std::vector<llvm::StringRef> macroUses(Span span) const;

  llvm::StringRef text(Span span) const;
  /// Empty where `span` is.
  llvm::StringRef text(clang::SourceRange tokens) const;
  llvm::StringRef contents(clang::FileID file) const;

  unsigned lineBegin(clang::FileID file, unsigned offset) const;
  /// The offset of the newline that ends the line, or the file's end.
  unsigned lineEnd(clang::FileID file, unsigned offset) const;
  /// The white space that the line of `offset` starts with.
  llvm::StringRef indentation(clang::FileID file, unsigned offset) const;
  llvm::StringRef indentation(clang::SourceLocation location) const;
  /// One level of it, as this file has it.
  llvm::StringRef indentationUnit(clang::FileID file) const;

  /// `text` with its lines ended as the file's first one is.
  std::string withLineEnds(clang::FileID file, llvm::StringRef text) const;

  /// How long a line of this file may be: 80, or its longest if that is longer.
  unsigned columnLimit(clang::FileID file) const;

  /// Offsets in `span` where a line starts, but for those inside a token.
  std::vector<unsigned> lineStarts(Span span) const;

  /// Where to add `#include "header"` to the file and the text to add; nothing
  /// if it sees the header already.
  std::optional<std::pair<unsigned, std::string>>
  includeFor(clang::FileID file, llvm::StringRef header) const;

private:
  const clang::ASTContext &context;
  std::shared_ptr<const std::vector<Inclusion>> inclusions;
  std::string root;
};

/// `text` with its lines but the first at the indentation `to` instead of
/// `from`; those that are not that far in stay where they are.
std::string reindented(llvm::StringRef text, llvm::StringRef from,
                       llvm::StringRef to);

/// The directory of the project that `file` belongs to: the nearest above it
/// that has a mark of one, else its own.
std::string projectRoot(llvm::StringRef file, llvm::vfs::FileSystem &files);

} // namespace heddle::checks
