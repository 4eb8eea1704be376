#include "rewrite/ticker.h"

#include "analysis/spawns.h"
#include "rewrite/purity.h"
#include "rewrite/scope.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace heddle::checks {
namespace {

std::string periodOf(const Source &source, const Call &call) {
  return call.args().empty()
             ? ""
             : source.text(call.args()[0]->getSourceRange()).str();
}

} // namespace

Edits pacedByTicker(Unit &unit, const Source &source, const Loop &loop,
                    const Call &sleep) {
  const Expr *period = sleep.args().empty() ? nullptr : sleep.args()[0];
  const Stmt *statement = statementOf(unit, sleep.site);
  llvm::StringRef text =
      period ? source.text(period->getSourceRange()) : llvm::StringRef();
  bool known = period && isKnownAt(unit, *period, *loop.stmt);
  Edits edit(source);
  edit.require(known && !text.empty() && sleep.callee &&
               tableName(*sleep.callee) == "heddle::sleep_for" &&
               onlyCall(unit, statement) == &sleep &&
               statementOf(unit, loop.stmt) == loop.stmt &&
               isFreeName(unit, source, "ticker", *loop.stmt));
  if (!edit)
    return edit;
  return edit
      .insertStatement(qualifierOf(source, sleep) + "Ticker ticker(" + text +
                           ");",
                       *loop.stmt)
      .replace(sleep.site->getSourceRange(), "ticker.receive()")
      .include("heddle/timer.h", sleep.location());
}

Edits tickerBefore(Unit &unit, const Source &source, const Call &call,
                   const CXXForRangeStmt &loop) {
  auto period = periodOf(source, call);
  std::string name =
      freeName(unit, source, {"ticker", "ticks", "every_tick"}, loop);
  return Edits(source)
      .require(!period.empty() && !name.empty() && isPure(call.args()[0]) &&
               statementOf(unit, &loop) == &loop)
      .insertStatement(qualifierOf(source, call) + "Ticker " + name + "(" +
                           period + ");",
                       loop)
      .replace(call.expr()->getSourceRange(), name);
}

Edits asTicker(Unit &unit, const Source &source, const Call &call,
               const VarDecl *variable) {
  auto period = periodOf(source, call);
  const Stmt *declared = statementOf(unit, call.site);
  return Edits(source)
      .require(variable && declared && !period.empty() &&
               variable->getType()->isReferenceType())
      .replace(declared ? source.statement(*declared) : std::nullopt,
               qualifierOf(source, call) + "Ticker " +
                   (variable ? variable->getNameAsString() : "") + "(" +
                   period + ");");
}

} // namespace heddle::checks
