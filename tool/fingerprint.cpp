#include "fingerprint.h"

#include "clang/Lex/Lexer.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

using namespace clang;
using namespace llvm;

namespace heddle::tool {
namespace {

/// The tokens of the statement that `text` goes on with at `offset`.
std::string statement(StringRef text, unsigned offset) {
  LangOptions language;
  language.CPlusPlus = language.CPlusPlus20 = true;
  language.LineComment = language.RawStringLiterals = true;
  Lexer lexer(SourceLocation(), language, text.begin(), text.begin() + offset,
              text.end());
  std::string words;
  int parentheses = 0;
  for (bool isFirst = true;; isFirst = false) {
    Token token;
    bool isLast = lexer.LexFromRawLexer(token);
    if (token.is(tok::eof) ||
        (!isFirst && token.isOneOf(tok::l_brace, tok::r_brace)) ||
        (token.is(tok::semi) && parentheses <= 0))
      return words;
    parentheses += token.is(tok::l_paren) - token.is(tok::r_paren);
    const char *end = lexer.getBufferLocation();
    words += StringRef(end - token.getLength(), token.getLength());
    words += ' ';
    if (isLast)
      return words;
  }
}

} // namespace

std::string fingerprint(const Finding &finding, Sources &sources) {
  const Span &where = finding.message.where;
  StringRef text = sources.text(where.file);
  std::string what = where.offset < text.size() ? statement(text, where.offset)
                                                : finding.message.text;
  return utohexstr(xxh3_64bits(finding.check + "\n" + what), /*LowerCase=*/true,
                   /*Width=*/16);
}

} // namespace heddle::tool
