#include "rewrite/narrow_pin.h"

#include "analysis/uses.h"

using namespace clang;

namespace heddle::checks {
namespace {

bool isPlain(Unit &unit, const PinnedRegion &region) {
  return !region.guard || unit.mentions(region.guard).empty();
}

std::string textOf(const Source &source, const Stmt &statement) {
  auto span = source.statement(statement);
  return span ? source.text(*span).str() : "";
}

const Stmt &pinStatement(const PinnedStatements &statements) {
  return *statements.block->body_begin()[statements.first - 1];
}

} // namespace

Edits pinnedFrom(Unit &unit, const Source &source, const PinnedRegion &region,
                 const PinnedStatements &statements, unsigned first) {
  const Stmt &pin = pinStatement(statements);
  return Edits(source)
      .require(isPlain(unit, region) && source.statement(pin).has_value())
      .remove(pin)
      .insertStatement(
          textOf(source, pin),
          *statements.block->body_begin()[statements.first + first]);
}

Edits pinnedUntil(Unit &unit, const Source &source, const PinnedRegion &region,
                  const PinnedStatements &statements, unsigned end) {
  end += statements.first;
  Stmt *const *body = statements.block->body_begin();
  Edits result = Edits(source);
  result.require(isPlain(unit, region) && end < statements.block->size());
  if (!region.guard) {
    const Stmt &unpin = *body[statements.last];
    return result.remove(unpin).insertStatement(textOf(source, unpin),
                                                *body[end]);
  }
  for (unsigned at = statements.first; at < end; ++at)
    for (const VarDecl *variable : declaredBy(body[at]))
      for (unsigned later = end; later < statements.last; ++later)
        result.require(!mentions(body[later], variable));
  const Stmt &pin = pinStatement(statements);
  auto begin = source.statement(pin);
  auto last = source.statement(*body[end - 1]);
  result.require(begin && last && begin->file == last->file);
  if (!result)
    return result;
  llvm::StringRef indent = source.indentation(pin.getBeginLoc());
  llvm::StringRef step = source.indentationUnit(begin->file);
  std::string inner = (indent + step).str();
  return result.replace(begin, "{\n" + inner + textOf(source, pin))
      .reindent(Span{begin->file, begin->end, last->end}, indent, inner)
      .insertStatement("}", *body[end]);
}

} // namespace heddle::checks
