#include "rewrite/source.h"

#include "clang/AST/Stmt.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/VirtualFileSystem.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {

Source::Source(const ASTContext &context,
               std::shared_ptr<const std::vector<Inclusion>> inclusions,
               std::string root)
    : context(context), inclusions(std::move(inclusions)),
      root(std::move(root)) {}

const SourceManager &Source::manager() const {
  return context.getSourceManager();
}

std::optional<Span> Source::span(SourceRange tokens) const {
  const SourceManager &sm = manager();
  if (tokens.isInvalid() || sm.isMacroArgExpansion(tokens.getBegin()) ||
      sm.isMacroArgExpansion(tokens.getEnd()))
    return std::nullopt;
  CharSourceRange range = Lexer::makeFileCharRange(
      CharSourceRange::getTokenRange(tokens), sm, context.getLangOpts());
  if (range.isInvalid())
    return std::nullopt;
  auto [file, begin] = sm.getDecomposedLoc(range.getBegin());
  return Span{file, begin, sm.getFileOffset(range.getEnd())};
}

std::optional<Span> Source::statement(const Stmt &statement) const {
  auto result = span(statement.getSourceRange());
  if (!result || isa<CompoundStmt>(statement))
    return result;
  StringRef code = contents(result->file);
  if (result->end > 0 && code[result->end - 1] == ';')
    return result;
  SourceLocation last =
      manager().getExpansionRange(statement.getEndLoc()).getEnd();
  auto next = Lexer::findNextToken(last, manager(), context.getLangOpts());
  if (next && next->is(tok::semi) && next->getLocation().isFileID())
    result->end = manager().getFileOffset(next->getLocation()) + 1;
  return result;
}

bool Source::mayEdit(FileID file) const {
  const SourceManager &sm = manager();
  SourceLocation start = sm.getLocForStartOfFile(file);
  OptionalFileEntryRef entry = sm.getFileEntryRefForID(file);
  if (!entry || start.isInvalid() || sm.isLoadedFileID(file) ||
      sm.isInSystemHeader(start))
    return false;
  llvm::SmallString<256> path(entry->getName());
  sm.getFileManager().makeAbsolutePath(path);
  llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  StringRef rest = path;
  return rest.consume_front(root) &&
         (StringRef(root).ends_with("/") || rest.starts_with("/"));
}

namespace {

/// Calls `use` with each raw token in `span`, comments included.
template <class F> void forEachToken(const Source &source, Span span, F use) {
  StringRef code = source.contents(span.file);
  const SourceManager &sm = source.manager();
  Lexer lexer(sm.getLocForStartOfFile(span.file), source.ast().getLangOpts(),
              code.begin(), code.begin() + span.begin, code.end());
  lexer.SetCommentRetentionState(true);
  Token token;
  do {
    lexer.LexFromRawLexer(token);
    unsigned offset = sm.getFileOffset(token.getLocation());
    if (token.is(tok::eof) || offset >= span.end)
      return;
    use(token, offset);
  } while (true);
}

} // namespace

bool Source::hasDirective(Span span) const {
  bool found = false;
  forEachToken(*this, span, [&](const Token &token, unsigned offset) {
    if (token.is(tok::hash)) {
      StringRef before =
          contents(span.file).slice(lineBegin(span.file, offset), offset);
      found |= before.trim().empty();
    }
  });
  return found;
}

std::vector<StringRef> Source::macroUses(Span span) const {
  std::vector<StringRef> uses;
  const SourceManager &sm = manager();
  for (unsigned i = 0, size = sm.local_sloc_entry_size(); i != size; ++i) {
    const SrcMgr::SLocEntry &entry = sm.getLocalSLocEntry(i);
    if (!entry.isExpansion() || entry.getExpansion().isMacroArgExpansion())
      continue;
    const SrcMgr::ExpansionInfo &expansion = entry.getExpansion();
    SourceLocation begin = expansion.getExpansionLocStart();
    // No range of tokens is the `>>` that closes two argument lists.
    if (begin.isMacroID() || !expansion.isExpansionTokenRange())
      continue;
    auto [file, offset] = sm.getDecomposedLoc(begin);
    if (file != span.file || offset < span.begin || offset >= span.end)
      continue;
    unsigned end = sm.getFileOffset(Lexer::getLocForEndOfToken(
        expansion.getExpansionLocEnd(), 0, sm, context.getLangOpts()));
    uses.push_back(contents(file).slice(offset, end));
  }
  return uses;
}

StringRef Source::contents(FileID file) const {
  return manager().getBufferData(file);
}

StringRef Source::text(Span span) const {
  return contents(span.file).slice(span.begin, span.end);
}

StringRef Source::text(SourceRange tokens) const {
  auto found = span(tokens);
  return found ? text(*found) : StringRef();
}

unsigned Source::lineBegin(FileID file, unsigned offset) const {
  size_t newline = contents(file).take_front(offset).rfind('\n');
  return newline == StringRef::npos ? 0 : unsigned(newline) + 1;
}

unsigned Source::lineEnd(FileID file, unsigned offset) const {
  StringRef code = contents(file);
  size_t newline = code.find('\n', offset);
  return newline == StringRef::npos ? unsigned(code.size()) : unsigned(newline);
}

StringRef Source::indentation(FileID file, unsigned offset) const {
  return contents(file)
      .drop_front(lineBegin(file, offset))
      .take_while([](char c) { return c == ' ' || c == '\t'; });
}

StringRef Source::indentation(SourceLocation location) const {
  auto [file, offset] =
      manager().getDecomposedLoc(manager().getFileLoc(location));
  return indentation(file, offset);
}

StringRef Source::indentationUnit(FileID file) const {
  StringRef code = contents(file);
  // The first line after a brace that is deeper than the brace's own.
  for (size_t brace = code.find('{'); brace != StringRef::npos;
       brace = code.find('{', brace + 1)) {
    unsigned end = lineEnd(file, unsigned(brace));
    if (code.slice(brace + 1, end).rtrim('\r') != "")
      continue;
    StringRef outer = indentation(file, unsigned(brace));
    StringRef inner = indentation(file, end + 1);
    if (inner.size() > outer.size() && inner.starts_with(outer))
      return inner.drop_front(outer.size());
  }
  return "  ";
}

std::string Source::withLineEnds(FileID file, StringRef text) const {
  StringRef code = contents(file);
  size_t newline = code.find('\n');
  if (newline == StringRef::npos || newline == 0 || code[newline - 1] != '\r')
    return text.str();
  std::string result;
  for (char c : text) {
    if (c == '\n' && !StringRef(result).ends_with("\r"))
      result += '\r';
    result += c;
  }
  return result;
}

unsigned Source::columnLimit(FileID file) const {
  unsigned limit = 80;
  for (StringRef line : llvm::split(contents(file), '\n'))
    limit = std::max(limit, unsigned(line.rtrim('\r').size()));
  return limit;
}

std::vector<unsigned> Source::lineStarts(Span span) const {
  std::vector<unsigned> starts;
  StringRef code = contents(span.file);
  for (unsigned i = span.begin; i < span.end; ++i)
    if (i == 0 || code[i - 1] == '\n')
      starts.push_back(i);
  Span lines{span.file, lineBegin(span.file, span.begin), span.end};
  forEachToken(*this, lines, [&](const Token &token, unsigned offset) {
    if (token.is(tok::comment))
      return;
    unsigned end = offset + token.getLength();
    llvm::erase_if(
        starts, [&](unsigned start) { return start > offset && start < end; });
  });
  return starts;
}

namespace {

struct WrittenInclude {
  unsigned offset, end; ///< Of its line.
  StringRef name;
  bool angled;
};

/// The includes of a file that no `#if` but an include guard's is around, and
/// where the first one may go when there is none.
struct Includes {
  std::vector<WrittenInclude> written;
  unsigned start = 0;
};

Includes includesIn(const Source &source, FileID file) {
  Includes result;
  StringRef code = source.contents(file);
  int depth = 0;
  bool inComment = false, onlyComments = true;
  StringRef previous;
  for (unsigned offset = 0; offset < code.size();) {
    unsigned end = source.lineEnd(file, offset);
    StringRef line = code.slice(offset, end).trim();
    unsigned next = std::min<unsigned>(end + 1, unsigned(code.size()));
    if (inComment || line.starts_with("/*")) {
      inComment = !line.contains("*/");
      if (onlyComments)
        result.start = next;
    } else if (line.consume_front("#")) {
      line = line.ltrim();
      if (line.starts_with("if")) {
        ++depth;
      } else if (line.starts_with("endif")) {
        --depth;
      } else if (line.starts_with("define") && depth == 1 &&
                 previous.starts_with("ifndef") && result.written.empty() &&
                 onlyComments) {
        depth = 0;
        result.start = next;
      } else if (line.starts_with("pragma once")) {
        result.start = next;
      } else if (line.consume_front("include") && depth == 0) {
        line = line.ltrim();
        bool angled = line.starts_with("<");
        StringRef name = line.drop_front(1).take_until(
            [&](char c) { return c == (angled ? '>' : '"'); });
        result.written.push_back({offset, next, name, angled});
      }
      previous = line;
    } else if (line.starts_with("//") || line.empty()) {
      if (onlyComments && !line.empty())
        result.start = next;
    } else {
      onlyComments = false;
    }
    offset = next;
  }
  return result;
}

} // namespace

// A header of the C++ library; a file that uses it names it itself.
static bool isStandardHeader(StringRef header) {
  return !header.contains('/') && !header.contains('.');
}

std::optional<std::pair<unsigned, std::string>>
Source::includeFor(FileID file, StringRef header) const {
  StringRef directory = llvm::sys::path::parent_path(header);
  std::string umbrella = (directory + "/" + directory + ".h").str();
  bool standard = isStandardHeader(header);
  // What the runtime's headers include among themselves is theirs to change.
  for (const Inclusion &inclusion : *inclusions) {
    if (standard)
      break;
    StringRef path = inclusion.path;
    if (path.ends_with("/" + umbrella))
      return std::nullopt;
    OptionalFileEntryRef from = manager().getFileEntryRefForID(inclusion.from);
    bool fromRuntime =
        from &&
        llvm::sys::path::parent_path(from->getName()).ends_with(directory);
    if (path.ends_with(("/" + header).str()) && !fromRuntime)
      return std::nullopt;
  }

  Includes includes = includesIn(*this, file);
  const WrittenInclude *last = nullptr, *before = nullptr;
  for (const WrittenInclude &include : includes.written) {
    if (standard && include.name == header)
      return std::nullopt;
    if (standard ? !isStandardHeader(include.name)
                 : !include.name.starts_with((directory + "/").str()))
      continue;
    last = &include;
    if (!before && include.name > header)
      before = &include;
  }
  bool sibling = last;
  if (!last && !includes.written.empty())
    last = &includes.written.back();
  bool angled = standard || (last && last->angled && sibling);
  std::string line = ("#include " + llvm::Twine(angled ? '<' : '"') + header +
                      llvm::Twine(angled ? '>' : '"') + "\n")
                         .str();
  if (before)
    return std::pair(before->offset, line);
  if (last) {
    // A file that ends in its last include without a newline.
    if (contents(file)[last->end - 1] != '\n')
      line = "\n" + line;
    else if (!sibling && last->angled != angled)
      line = "\n" + line;
    return std::pair(last->end, line);
  }
  return std::pair(includes.start, (includes.start ? "\n" : "") + line +
                                       (includes.start ? "" : "\n"));
}

std::string reindented(StringRef text, StringRef from, StringRef to) {
  auto [line, rest] = text.split('\n');
  std::string result = line.str();
  while (!rest.empty()) {
    std::tie(line, rest) = rest.split('\n');
    bool isInside = line.consume_front(from);
    result += ("\n" + (isInside ? to : "") + line).str();
  }
  return result;
}

std::string projectRoot(StringRef file, llvm::vfs::FileSystem &files) {
  llvm::SmallString<256> path(file);
  files.makeAbsolute(path);
  llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  StringRef own = llvm::sys::path::parent_path(path);
  for (StringRef directory = own; !directory.empty();
       directory = llvm::sys::path::parent_path(directory))
    for (StringRef mark : {".git", ".hg", ".svn", ".clang-tidy",
                           "compile_commands.json", ".heddle"}) {
      llvm::SmallString<256> candidate(directory);
      llvm::sys::path::append(candidate, mark);
      if (files.exists(candidate))
        return directory.str();
    }
  return own.str();
}

} // namespace heddle::checks
