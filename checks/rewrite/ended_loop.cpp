#include "rewrite/ended_loop.h"

#include "analysis/captures.h"
#include "analysis/spawns.h"

#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

class EndedLoop {
public:
  EndedLoop(Unit &unit, const Source &source, const ValueDecl &context,
            const Loop &loop)
      : unit(unit), source(source), context(context.getNameAsString()),
        declared(context), loop(loop), edit(source) {}

  Edits from(const Call &spawn) {
    const auto *lambda = loop.function->lambda;
    edit.require(lambda && !context.empty() &&
                 llvm::any_of(spawn.args(), [&](const Expr *argument) {
                   return literalLambda(argument) == lambda;
                 }));
    if (!edit)
      return edit;
    capture(*lambda);
    changeHead();
    for (const Call *call : loop.function->calls)
      if (unit.isWithin(call->site, loop.body))
        changeWait(*call);
    return edit.include("heddle/context.h", loop.stmt->getBeginLoc());
  }

private:
  // By copy: the task may outlive where it was started.
  void capture(const LambdaExpr &lambda) {
    if (lambda.getCaptureDefault() == LCD_ByCopy ||
        llvm::any_of(captures(lambda), [&](const Capture &taken) {
          return taken.variable == &declared && !taken.implicit;
        }))
      return;
    auto brackets = source.span(lambda.getIntroducerRange());
    StringRef list = brackets ? source.text(*brackets) : "";
    if (!edit.require(list.size() >= 2))
      return;
    bool isEmpty = list.drop_front().drop_back().trim().empty();
    edit.replace(Span{brackets->file, brackets->end - 1, brackets->end},
                 (isEmpty ? "" : ", ") + context + "]");
  }

  void changeHead() {
    std::string question = "!" + context + ".cancelled()";
    if (const auto *counted = dyn_cast<ForStmt>(loop.stmt)) {
      edit.require(!counted->getInit() && !counted->getCond() &&
                   !counted->getInc())
          .replace(SourceRange(counted->getForLoc(), counted->getRParenLoc()),
                   "while (" + question + ")");
    } else if (const auto *repeat = dyn_cast<WhileStmt>(loop.stmt)) {
      edit.replace(repeat->getCond()->getSourceRange(), question);
    } else if (const auto *repeat = dyn_cast<DoStmt>(loop.stmt)) {
      edit.replace(repeat->getCond()->getSourceRange(), question);
    } else {
      edit.require(false);
    }
  }

  void changeWait(const Call &call) {
    RoleSet roles = unit.roles(call);
    if (roles.has(Role::Sleeps) && roles.has(Role::Suspends))
      changeSleep(call);
    else if (roles.has(Role::Receives))
      changeReceive(call);
  }

  // A statement of the loop itself, which a `break` behind it leaves.
  bool isOfBody(const Stmt *statement) {
    return statement && unit.parent(statement) == loop.body;
  }

  std::string leaveIf(StringRef condition, StringRef indentation) {
    StringRef level = source.indentationUnit(
        source.manager().getFileID(loop.stmt->getBeginLoc()));
    return ("if (" + condition + ")\n" + indentation + level + "break;").str();
  }

  void changeSleep(const Call &call) {
    const Stmt *statement = statementOf(unit, call.site);
    const auto *expr = dyn_cast<CallExpr>(call.site);
    if (!edit.require(expr && isOfBody(statement) &&
                      onlyCall(unit, statement) == &call &&
                      expr->getNumArgs() == 1))
      return;
    edit.replace(
        source.statement(*statement),
        leaveIf(("!" + source.text(expr->getCallee()->getSourceRange()) + "(" +
                 context + ", " +
                 source.text(expr->getArg(0)->getSourceRange()) + ")")
                    .str(),
                source.indentation(statement->getBeginLoc())));
  }

  // `auto item = items.receive();`
  void changeReceive(const Call &call) {
    const Stmt *statement = statementOf(unit, call.site);
    const auto *declaration = dyn_cast_or_null<DeclStmt>(statement);
    const auto *variable = declaration && declaration->isSingleDecl()
                               ? dyn_cast<VarDecl>(declaration->getSingleDecl())
                               : nullptr;
    const auto *expr = dyn_cast<CXXMemberCallExpr>(call.site);
    bool isWhole = variable && variable->getInit() && expr &&
                   variable->getInit()->IgnoreUnlessSpelledInSource() == expr;
    if (!edit.require(isWhole && isOfBody(statement) &&
                      tableName(*call.callee) == "heddle::Channel::receive" &&
                      call.args().empty()))
      return;
    auto span = source.statement(*statement);
    if (!edit.require(span.has_value()))
      return;
    edit.insertBefore(expr->getRParenLoc(), context)
        .replace(Span{span->file, span->end, span->end},
                 "\n" + source.indentation(statement->getBeginLoc()) +
                     leaveIf("!" + variable->getNameAsString(),
                             source.indentation(statement->getBeginLoc())));
  }

  Unit &unit;
  const Source &source;
  std::string context;
  const ValueDecl &declared;
  const Loop &loop;
  Edits edit;
};

} // namespace

Edits endedBy(Unit &unit, const Source &source, const ValueDecl &context,
              const Loop &loop, const Call &spawn) {
  return EndedLoop(unit, source, context, loop).from(spawn);
}

} // namespace heddle::checks
