#include "rewrite/drain.h"

#include "analysis/channel_types.h"
#include "analysis/spawns.h"
#include "analysis/ways.h"
#include "rewrite/channel_edits.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

class Drain {
public:
  Drain(Unit &unit, const Source &source, const CancelledLoop &loop)
      : unit(unit), source(source), loop(loop), edits(source) {}

  Edits make() {
    const Stmt &stmt = *loop.loop->stmt;
    edits.require(statementOf(unit, &stmt) == &stmt);
    auto end = source.statement(stmt);
    if (!edits.require(end.has_value()))
      return edits;
    std::string text;
    if (loop.leavesItems)
      text += rest();
    if (loop.batch)
      text += "\nif (!" + loop.batch->getNameAsString() + ".empty())\n" +
              source.indentationUnit(end->file).str() + flush();
    std::string indented;
    for (char c : text) {
      indented += c;
      if (c == '\n')
        indented += source.indentation(stmt.getBeginLoc());
    }
    return edits.replace(Span{end->file, end->end, end->end}, indented);
  }

private:
  std::string flush() {
    auto span = source.statement(*loop.flush);
    edits.require(span.has_value());
    return span ? source.text(*span).str() : std::string();
  }

  // `while (auto item = channel.try_receive()) …`
  std::string rest() {
    const ChannelUse &receive = *loop.receive;
    const auto *repeat = dyn_cast<WhileStmt>(loop.loop->stmt);
    const VarDecl *item = repeat ? repeat->getConditionVariable() : nullptr;
    std::string access = accessOf(source, receive);
    if (receive.select)
      return restOfSelect(*receive.call);
    edits.require(item && !access.empty() && !leavesLoop(loop.loop->body));
    if (!edits)
      return {};
    StringRef body = textOf(*loop.loop->body);
    bool isBlock = isa<CompoundStmt>(loop.loop->body);
    return "\nwhile (auto " + item->getNameAsString() + " = " + access +
           "try_receive())" +
           (isBlock ? " " + relative(body) : "\n" + step() + relative(body));
  }

  // What the case of the select does with an item.
  std::string restOfSelect(const Call &one) {
    const LambdaExpr *handler =
        one.args().size() > 1 ? literalLambda(one.args()[1]) : nullptr;
    StringRef name = one.args().empty()
                         ? StringRef()
                         : source.text(one.args()[0]->getSourceRange());
    edits.require(handler && !handler->isGenericLambda() &&
                  handler->getCallOperator()->getNumParams() == 1 &&
                  !name.empty() && !name.starts_with("*") &&
                  unit.function(handler->getCallOperator()) &&
                  unit.function(handler->getCallOperator())->returns.empty());
    if (!edits)
      return {};
    const ParmVarDecl *item = handler->getCallOperator()->getParamDecl(0);
    const CXXRecordDecl *record =
        item->getType().getNonReferenceType()->getAsCXXRecordDecl();
    bool isOptional = record && tableName(*record) == "std::optional";
    bool isHandle =
        one.args()[0]->getType().getNonReferenceType()->getAsCXXRecordDecl() &&
        !isChannel(unit, one.args()[0]->getType());
    StringRef parameter = source.text(item->getSourceRange());
    edits.require(!parameter.empty() && !item->getName().empty());
    std::string variable = isOptional ? item->getNameAsString() : "left";
    std::string body;
    bool isPlain = item->getType().isTriviallyCopyableType(unit.context());
    if (!isOptional)
      body += "\n" + step() + parameter.str() +
              (isPlain ? " = *left;" : " = *std::move(left);");
    const auto *block = cast<CompoundStmt>(handler->getBody());
    for (const Stmt *stmt : block->body())
      body += "\n" + step() + relativeStatement(*stmt);
    return "\nwhile (auto " + variable + " = " + name.str() +
           (isHandle ? "->" : ".") + "try_receive()) {" + body + "\n}";
  }

  StringRef textOf(const Stmt &stmt) {
    auto span = source.statement(stmt);
    if (!span)
      span = source.span(stmt.getSourceRange());
    edits.require(span.has_value());
    return span ? source.text(*span) : StringRef();
  }

  // As it stands in the loop, from the loop's own indentation.
  std::string relative(StringRef text) {
    return reindented(text, source.indentation(loop.loop->stmt->getBeginLoc()),
                      "");
  }

  std::string relativeStatement(const Stmt &stmt) {
    return reindented(textOf(stmt), source.indentation(stmt.getBeginLoc()),
                      step());
  }

  std::string step() const {
    return source
        .indentationUnit(
            source.manager().getFileID(loop.loop->stmt->getBeginLoc()))
        .str();
  }

  Unit &unit;
  const Source &source;
  const CancelledLoop &loop;
  Edits edits;
};

} // namespace

Edits drained(Unit &unit, const Source &source, const CancelledLoop &loop) {
  return Drain(unit, source, loop).make();
}

} // namespace heddle::checks
