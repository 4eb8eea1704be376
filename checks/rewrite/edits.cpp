#include "rewrite/edits.h"

#include "clang/AST/ExprCXX.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;
using llvm::Twine;

namespace heddle::checks {

Edits &Edits::require(bool condition) {
  failed |= !condition;
  return *this;
}

Edits &Edits::add(const Edits &other) {
  list.insert(list.end(), other.list.begin(), other.list.end());
  headers.insert(other.headers.begin(), other.headers.end());
  return require(!other.failed);
}

Edits &Edits::replace(std::optional<Span> span, const Twine &text) {
  require(span && source->mayEdit(span->file));
  if (!failed)
    list.push_back({*span, text.str()});
  return *this;
}

Edits &Edits::replace(SourceRange tokens, const Twine &text) {
  return replace(source->span(tokens), text);
}

Edits &Edits::insertBefore(SourceLocation location, const Twine &text) {
  auto span = source->span(location);
  if (span)
    span->end = span->begin;
  return replace(span, text);
}

Edits &Edits::insertAfter(SourceLocation location, const Twine &text) {
  auto span = source->span(location);
  if (span)
    span->begin = span->end;
  return replace(span, text);
}

Edits &Edits::remove(const Stmt &statement) {
  return remove(source->statement(statement));
}

namespace {

bool isBlank(StringRef text) { return text.trim().empty(); }

/// Nothing, or only a comment, stands there.
bool isTrailing(StringRef text) {
  text = text.trim();
  return text.empty() || text.starts_with("//") ||
         (text.starts_with("/*") && text.ends_with("*/") &&
          text.find("*/") == text.size() - 2);
}

/// Where the comments begin that fill the lines above the one at `line`; there
/// if there are none.
unsigned commentsAbove(const Source &source, FileID file, unsigned line) {
  while (line > 0) {
    unsigned above = source.lineBegin(file, line - 1);
    if (!source.contents(file).slice(above, line).trim().starts_with("//"))
      break;
    line = above;
  }
  return line;
}

} // namespace

Edits &Edits::remove(std::optional<Span> span) {
  if (!require(span.has_value()))
    return *this;
  FileID file = span->file;
  StringRef code = source->contents(file);
  unsigned begin = source->lineBegin(file, span->begin);
  unsigned end = source->lineEnd(file, span->end);
  bool first = isBlank(code.slice(begin, span->begin));
  bool last = isTrailing(code.slice(span->end, end));
  if (!first || !last) {
    // Shares its line: goes with the space before it, or behind it if first.
    if (first)
      while (span->end < end && isBlank(code.substr(span->end, 1)))
        ++span->end;
    else
      while (span->begin > begin && isBlank(code.substr(span->begin - 1, 1)))
        --span->begin;
    // Of `{ statement; }` stays `{}`.
    StringRef rest = code.slice(span->end, end);
    if (code.take_front(span->begin).ends_with("{") &&
        rest.ltrim().starts_with("}"))
      span->end += rest.size() - rest.ltrim().size();
    return replace(span, "");
  }

  end = std::min<unsigned>(end + 1, unsigned(code.size()));
  StringRef following = code.slice(end, source->lineEnd(file, end)).trim();
  if (following.empty() || following.starts_with("}"))
    begin = commentsAbove(*source, file, begin);
  return replace(Span{file, begin, end}, "");
}

Edits &Edits::insertStatement(const Twine &statement, const Stmt &anchor) {
  auto span = source->span(anchor.getSourceRange());
  if (!require(span.has_value()))
    return *this;
  FileID file = span->file;
  StringRef code = source->contents(file);
  unsigned line = source->lineBegin(file, span->begin);
  StringRef before = code.slice(line, span->begin);
  if (!isBlank(before))
    return replace(Span{file, span->begin, span->begin}, statement + " ");
  // The anchor keeps the comment above it.
  line = commentsAbove(*source, file, line);
  return replace(Span{file, line, line}, before + statement + "\n");
}

Edits &Edits::insertInBody(const Stmt &body, const Stmt *anchor,
                           const Twine &text) {
  if (anchor)
    return insertStatement(text, *anchor);
  auto span = source->statement(body);
  if (!require(span && !isa<CompoundStmt>(body)))
    return *this;
  FileID file = span->file;
  StringRef inner = source->indentation(file, span->begin);
  StringRef unit = source->indentationUnit(file);
  unsigned line = source->lineBegin(file, span->begin);
  StringRef code = source->contents(file);
  // The brace goes to the end of the line above, the other one below.
  if (!require(isBlank(code.slice(line, span->begin)) && inner.ends_with(unit)))
    return *this;
  unsigned above = line;
  while (above > 0 && isBlank(code.substr(above - 1, 1)))
    --above;
  StringRef head = code.slice(source->lineBegin(file, above), above);
  if (!require(!head.contains("//") && !head.ends_with("*/")))
    return *this;
  replace(Span{file, above, span->begin}, " {\n" + inner + text + "\n" + inner);
  return replace(Span{file, span->end, span->end},
                 "\n" + inner.drop_back(unit.size()) + "}");
}

Edits &Edits::breakLambda(const LambdaExpr &lambda, unsigned growth) {
  const auto *body = cast<CompoundStmt>(lambda.getBody());
  auto span = source->span(body->getSourceRange());
  if (!require(span.has_value()) || body->body_empty() ||
      source->text(*span).contains('\n'))
    return *this;
  FileID file = span->file;
  unsigned begin = source->lineBegin(file, span->begin);
  if (source->lineEnd(file, span->begin) - begin + growth <=
      source->columnLimit(file))
    return *this;
  StringRef outer = source->indentation(file, span->begin);
  std::string inner = (outer + source->indentationUnit(file)).str();
  StringRef code = source->contents(file);
  unsigned end = span->begin + 1;
  for (const Stmt *statement : body->body()) {
    auto place = source->statement(*statement);
    if (!require(place && isBlank(code.slice(end, place->begin))))
      return *this;
    replace(Span{file, end, place->begin}, "\n" + inner);
    end = place->end;
  }
  require(isBlank(code.slice(end, span->end - 1)));
  return replace(Span{file, end, span->end - 1}, "\n" + outer);
}

Edits &Edits::removeCapture(const LambdaExpr &lambda,
                            const ValueDecl *variable) {
  const auto *last = lambda.explicit_capture_end();
  for (const auto *it = lambda.explicit_capture_begin(); it != last; ++it) {
    if (!it->capturesVariable() || it->getCapturedVar() != variable)
      continue;
    auto brackets = source->span(lambda.getIntroducerRange());
    auto name = source->span(it->getLocation());
    if (!require(brackets && name))
      return *this;
    StringRef list = source->text(*brackets);
    size_t at = name->begin - brackets->begin;
    size_t comma = list.find(',', at);
    size_t before = list.take_front(at).rfind(',');
    size_t begin = before == StringRef::npos ? 1 : before;
    size_t end = comma == StringRef::npos ? list.size() - 1 : comma;
    // The first one takes the comma behind it along.
    if (before == StringRef::npos && comma != StringRef::npos)
      end = list.find_first_not_of(" \n", comma + 1);
    return replace(Span{brackets->file, brackets->begin + unsigned(begin),
                        brackets->begin + unsigned(end)},
                   "");
  }
  return *this;
}

Edits &Edits::reindent(std::optional<Span> span, StringRef from, StringRef to) {
  if (!require(span.has_value()) || from == to)
    return *this;
  StringRef code = source->contents(span->file);
  for (unsigned start : source->lineStarts(*span)) {
    StringRef line = code.slice(start, source->lineEnd(span->file, start));
    if (isBlank(line))
      continue;
    size_t shared = 0;
    while (shared < from.size() && shared < to.size() &&
           from[shared] == to[shared])
      ++shared;
    if (!line.starts_with(from))
      continue;
    replace(Span{span->file, start + unsigned(shared),
                 start + unsigned(from.size())},
            to.drop_front(shared));
  }
  return *this;
}

Edits &Edits::include(StringRef header, SourceLocation location) {
  FileID file =
      source->manager().getFileID(source->manager().getFileLoc(location));
  headers.insert({file, header.str()});
  return *this;
}

Edits &Edits::rely(std::optional<Span> span) {
  return require(span && !source->hasDirective(*span));
}

Edits &Edits::rely(SourceRange tokens) { return rely(source->span(tokens)); }

namespace {

/// Whole lines went away: of two blank lines that meet, or one that meets a
/// brace, only what a person would leave stays.
/// Reaches no further than to the changes around it.
void closeGap(const Source &source, Change &change, const Change *previous,
              const Change *next) {
  Span &span = change.span;
  StringRef code = source.contents(span.file);
  if (span.begin == span.end ||
      span.begin != source.lineBegin(span.file, span.begin))
    return;
  bool wholeLines = change.text.empty() && code[span.end - 1] == '\n';
  StringRef below =
      wholeLines ? code.slice(span.end, source.lineEnd(span.file, span.end))
                 : StringRef(change.text);
  below = below.trim();
  unsigned above = span.begin ? source.lineBegin(span.file, span.begin - 1) : 0;
  StringRef line = code.slice(above, span.begin).trim();
  bool opens = line.empty() || line.ends_with("{") || line == "public:" ||
               line == "protected:" || line == "private:";
  if (wholeLines && span.end < code.size() && below.empty() && opens) {
    unsigned end = source.lineEnd(span.file, span.end) + 1;
    if (end <= code.size() &&
        (!next || next->span.file != span.file || next->span.begin > end))
      span.end = end;
  } else if (span.begin && line.empty() && below.starts_with("}")) {
    if (!previous || previous->span.file != span.file ||
        previous->span.end < above)
      span.begin = above;
  }
}

} // namespace

std::vector<Change> Edits::changes() const {
  if (failed)
    return {};
  std::vector<Change> sorted = list;
  llvm::stable_sort(sorted, [](const Change &a, const Change &b) {
    return std::pair(a.span.file, a.span.begin) <
           std::pair(b.span.file, b.span.begin);
  });
  std::vector<Change> result;
  for (Change &change : sorted) {
    if (!result.empty() && result.back().span.file == change.span.file) {
      Change &last = result.back();
      if (last.span.end > change.span.begin) {
        // Removed twice over is removed once.
        if (!last.text.empty() || !change.text.empty())
          return {};
        last.span.end = std::max(last.span.end, change.span.end);
        continue;
      }
      if (last.span.end == change.span.begin) {
        last.span.end = change.span.end;
        last.text += change.text;
        continue;
      }
    }
    result.push_back(std::move(change));
  }
  for (size_t i = 0; i < result.size(); ++i)
    closeGap(*source, result[i], i ? &result[i - 1] : nullptr,
             i + 1 < result.size() ? &result[i + 1] : nullptr);

  // A macro's use may move with the group, but not vanish in it.
  for (const Change &change : result) {
    if (source->hasDirective(change.span))
      return {};
    for (StringRef use : source->macroUses(change.span))
      if (llvm::none_of(result, [&](const Change &other) {
            return StringRef(other.text).contains(use);
          }))
        return {};
  }
  return result;
}

std::vector<FixItHint> asHints(llvm::ArrayRef<Change> changes,
                               const SourceManager &manager) {
  std::vector<FixItHint> hints;
  for (Change change : changes) {
    // Clang takes a space more where nothing replaces what is removed.
    StringRef code = manager.getBufferData(change.span.file);
    if (change.text.empty() && change.span.end < code.size())
      change.text = code[change.span.end++];
    auto at = [&](unsigned offset) {
      return manager.getComposedLoc(change.span.file, offset);
    };
    hints.push_back(
        change.span.begin == change.span.end
            ? FixItHint::CreateInsertion(at(change.span.begin), change.text)
            : FixItHint::CreateReplacement(
                  CharSourceRange::getCharRange(at(change.span.begin),
                                                at(change.span.end)),
                  change.text));
  }
  return hints;
}

} // namespace heddle::checks
