#include "rewrite/own_stack.h"

#include "analysis/spawns.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

std::string opening(uint64_t bytes) {
  return "heddle::with_stack(" + std::to_string(bytes / 1024) +
         " * 1024, [&] {";
}

} // namespace

Edits calledOnStack(Unit &unit, const Source &source, const Call &call,
                    uint64_t bytes) {
  Edits edit(source);
  const auto *expr = dyn_cast<CallExpr>(call.site);
  edit.require(expr && !isa<CXXOperatorCallExpr>(expr) && expr->isPRValue() &&
               !expr->getType()->isDependentType());
  if (!edit)
    return edit;
  StringRef text = source.text(expr->getSourceRange());
  const Stmt *statement = statementOf(unit, expr);
  bool isWhole = statement && onlyCall(unit, statement) == &call;
  return edit.require(!text.empty())
      .replace(source.span(expr->getSourceRange()),
               opening(bytes) + (isWhole ? " " : " return ") + text + "; })")
      .include("heddle/foreign.h", call.location());
}

Edits runOnStack(Unit &unit, const Source &source, const Function &fn,
                 uint64_t bytes) {
  Edits edit(source);
  const auto *block = dyn_cast_or_null<CompoundStmt>(fn.body);
  QualType result = fn.decl ? fn.decl->getReturnType() : QualType();
  edit.require(block && !result.isNull() && !result->isReferenceType() &&
               llvm::all_of(fn.returns, [&](const ReturnStmt *statement) {
                 const Expr *value = statement->getRetValue();
                 return !value ||
                        unit.context().hasSameUnqualifiedType(
                            value->IgnoreUnlessSpelledInSource()->getType(),
                            result);
               }));
  auto whole =
      block ? source.span(block->getSourceRange()) : std::optional<Span>();
  edit.require(whole && source.text(*whole).contains('\n'));
  if (!edit)
    return edit;
  StringRef outer = source.indentation(whole->file, whole->end - 1);
  std::string level = source.indentationUnit(whole->file).str();
  std::string inner = (outer + level).str();
  Span inside{whole->file, whole->begin + 1, whole->end - 1};
  return edit
      .replace(Span{whole->file, whole->begin + 1, whole->begin + 1},
               "\n" + inner + (result->isVoidType() ? "" : "return ") +
                   opening(bytes))
      .reindent(inside, inner, inner + level)
      .replace(Span{whole->file, whole->end - 1, whole->end - 1},
               level + "});\n" + outer)
      .include("heddle/foreign.h", block->getBeginLoc());
}

} // namespace heddle::checks
