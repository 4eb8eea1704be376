#include "rewrite/scope.h"

#include "analysis/spawns.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

/// Whether the identifier stands in `text`, in a comment or string too.
bool hasWord(StringRef text, StringRef word) {
  auto isPart = [](char c) { return llvm::isAlnum(c) || c == '_'; };
  for (size_t at = text.find(word); at != StringRef::npos;
       at = text.find(word, at + 1)) {
    size_t end = at + word.size();
    if ((at == 0 || !isPart(text[at - 1])) &&
        (end == text.size() || !isPart(text[end])))
      return true;
  }
  return false;
}

bool leavesFrom(const Stmt *stmt, bool inLoop, bool inChoice) {
  if (!stmt || isa<LambdaExpr>(stmt))
    return false;
  if (isa<ReturnStmt, GotoStmt, IndirectGotoStmt, LabelStmt, CoroutineBodyStmt,
          CoreturnStmt, CoroutineSuspendExpr>(stmt))
    return true;
  if (isa<BreakStmt>(stmt))
    return !inLoop && !inChoice;
  if (isa<ContinueStmt>(stmt))
    return !inLoop;
  inLoop |= isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt>(stmt);
  inChoice |= isa<SwitchStmt>(stmt);
  return llvm::any_of(stmt->children(), [&](const Stmt *child) {
    return leavesFrom(child, inLoop, inChoice);
  });
}

/// As the declaration of the object that `call` is made on writes it.
StringRef qualifierOfObject(const Source &source, const Call &call) {
  const auto *object = dyn_cast_or_null<DeclaratorDecl>(objectOf(call));
  const TypeSourceInfo *type = object ? object->getTypeSourceInfo() : nullptr;
  if (!type)
    return {};
  StringRef text = source.text(type->getTypeLoc().getSourceRange());
  size_t end = text.rfind("::");
  return end == StringRef::npos || text.contains('<')
             ? StringRef()
             : text.take_front(end + 2);
}

} // namespace

bool leaves(const Stmt *stmt) { return leavesFrom(stmt, false, false); }

bool isDiscarded(Unit &unit, const Expr &expr) {
  const Stmt *child = unit.wrapped(&expr);
  const Stmt *up = unit.parent(child);
  if (const auto *branch = dyn_cast_or_null<IfStmt>(up))
    return child != branch->getCond();
  if (const auto *loop = dyn_cast_or_null<ForStmt>(up))
    return child != loop->getCond();
  if (const auto *loop = dyn_cast_or_null<WhileStmt>(up))
    return child != loop->getCond();
  if (const auto *loop = dyn_cast_or_null<DoStmt>(up))
    return child != loop->getCond();
  if (const auto *loop = dyn_cast_or_null<CXXForRangeStmt>(up))
    return child == loop->getBody();
  return isa_and_nonnull<CompoundStmt, SwitchCase, LabelStmt>(up);
}

bool isKnownAt(Unit &unit, const Expr &expr, const Stmt &anchor) {
  if (const auto *named = dyn_cast<DeclRefExpr>(&expr)) {
    const SourceManager &sm = unit.context().getSourceManager();
    const auto *variable = dyn_cast<VarDecl>(named->getDecl());
    return !variable || !variable->isLocalVarDeclOrParm() ||
           sm.isBeforeInTranslationUnit(variable->getLocation(),
                                        anchor.getBeginLoc());
  }
  return llvm::all_of(expr.children(), [&](const Stmt *child) {
    const auto *part = dyn_cast_or_null<Expr>(child);
    return !part || isKnownAt(unit, *part, anchor);
  });
}

bool isFreeName(Unit &unit, const Source &source, StringRef name,
                const Stmt &anchor, const Loop *except) {
  const Function *function = unit.functionOf(&anchor);
  while (function && function->enclosing)
    function = function->enclosing;
  auto body = function && function->body
                  ? source.span(function->body->getSourceRange())
                  : std::nullopt;
  if (!body)
    return false;
  auto inside = except ? source.span(except->stmt->getSourceRange()) : body;
  if (!except)
    return !hasWord(source.text(*body), name);
  return inside &&
         !hasWord(source.text(Span{body->file, body->begin, inside->begin}),
                  name) &&
         !hasWord(source.text(Span{body->file, inside->end, body->end}), name);
}

std::string freeName(Unit &unit, const Source &source,
                     std::initializer_list<StringRef> names,
                     const Stmt &anchor) {
  for (StringRef name : names)
    if (isFreeName(unit, source, name, anchor))
      return name.str();
  return {};
}

std::string qualifierOf(const Source &source, const Call &call) {
  if (const auto *expr = dyn_cast<CallExpr>(call.site))
    if (const auto *named =
            dyn_cast<DeclRefExpr>(expr->getCallee()->IgnoreParenImpCasts()))
      if (NestedNameSpecifierLoc qualifier = named->getQualifierLoc())
        return source.text(qualifier.getSourceRange()).str();
  StringRef written = qualifierOfObject(source, call);
  return written.empty() ? "heddle::" : written.str();
}

} // namespace heddle::checks
