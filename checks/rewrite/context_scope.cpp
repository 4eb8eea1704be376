#include "rewrite/context_scope.h"

#include "analysis/spawns.h"
#include "rewrite/scope.h"

#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace heddle::checks {

Edits asScopedContext(Unit &unit, const Source &source, const Call &call,
                      const VarDecl *context, const MemberExpr &member) {
  const Stmt *declared = statementOf(unit, call.site);
  llvm::StringRef text = source.text(call.expr()->getSourceRange());
  Edits edit(source);
  edit.require(context && declared && context->hasLocalStorage() &&
               !text.empty() && !context->getType()->isReferenceType() &&
               context->getInit() &&
               context->getInit()->IgnoreUnlessSpelledInSource() == &member);
  if (!edit)
    return edit;
  return edit
      .replace(source.statement(*declared), "heddle::ScopedContext " +
                                                context->getNameAsString() +
                                                " = " + text + ";")
      .include("heddle/context.h", call.location());
}

Edits endedOnExit(Unit &unit, const Source &source, const Stmt *declared,
                  const std::string &cancel) {
  Edits edit(source);
  std::string name =
      declared
          ? freeName(unit, source, {"cancel_on_exit", "end_on_exit"}, *declared)
          : "";
  auto span = declared ? source.statement(*declared) : std::nullopt;
  edit.require(span && !name.empty());
  if (!edit)
    return edit;
  std::string indentation = source.indentation(span->file, span->begin).str();
  span->begin = span->end;
  return edit
      .replace(span, "\n" + indentation + "heddle::CancelOnExit " + name + "(" +
                         cancel + ");")
      .include("heddle/context.h", declared->getBeginLoc());
}

} // namespace heddle::checks
