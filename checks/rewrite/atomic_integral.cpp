#include "rewrite/atomic_integral.h"

#include "analysis/spawns.h"
#include "rewrite/scope.h"

#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

class Rewriter {
public:
  Rewriter(Unit &unit, const Source &source) : unit(unit), source(source) {}

  // The operators of std::atomic are those of the integral; only reads are
  // spelled out, for they may be deduced from.
  Edits rewritten(const GuardedIntegral &guarded) {
    Edits result(source);
    removeDeclaration(result, *guarded.lock);
    makeAtomic(result, *guarded.integral);
    for (const GuardedIntegral::Section &section : guarded.sections)
      rewrite(result, section, *guarded.integral);
    for (const Expr *mention : unit.mentions(guarded.integral))
      if (isLoaded(mention) && !isExchanged(guarded, mention))
        result.insertAfter(mention->getEndLoc(), ".load()");
    dropCaptures(result, *guarded.lock);
    return result;
  }

private:
  void removeDeclaration(Edits &result, const ValueDecl &lock) {
    if (const auto *variable = dyn_cast<VarDecl>(&lock);
        variable && variable->isLocalVarDecl()) {
      const Stmt *declaration = nullptr;
      for (const Function *function : unit.functions())
        if (const Stmt *found = declarationIn(function->body, *variable))
          declaration = found;
      result.require(declaration &&
                     cast<DeclStmt>(declaration)->isSingleDecl());
      if (result)
        result.remove(*declaration);
      return;
    }
    result.require(isAlone(lock)).remove(declarationSpan(lock));
  }

  static const Stmt *declarationIn(const Stmt *stmt, const VarDecl &variable) {
    if (!stmt)
      return nullptr;
    if (const auto *declaration = dyn_cast<DeclStmt>(stmt))
      if (llvm::is_contained(declaration->decls(), &variable))
        return stmt;
    for (const Stmt *child : stmt->children())
      if (const Stmt *found = declarationIn(child, variable))
        return found;
    return nullptr;
  }

  // The declaration up to its semicolon.
  std::optional<Span> declarationSpan(const ValueDecl &decl) const {
    auto span = source.span(decl.getSourceRange());
    if (!span)
      return std::nullopt;
    llvm::StringRef rest = source.contents(span->file).drop_front(span->end);
    size_t gap = rest.find_first_not_of(" \t\n");
    if (gap == llvm::StringRef::npos || rest[gap] != ';')
      return std::nullopt;
    span->end += gap + 1;
    return span;
  }

  // No other variable is declared along with it.
  bool isAlone(const ValueDecl &decl) const {
    return llvm::none_of(decl.getDeclContext()->decls(),
                         [&](const Decl *other) {
                           return other != &decl && !other->isImplicit() &&
                                  isa<VarDecl, FieldDecl>(other) &&
                                  other->getBeginLoc() == decl.getBeginLoc();
                         });
  }

  void makeAtomic(Edits &result, const ValueDecl &integral) {
    const auto *declarator = dyn_cast<DeclaratorDecl>(&integral);
    TypeSourceInfo *written =
        declarator ? declarator->getTypeSourceInfo() : nullptr;
    result.require(written && isAlone(integral) && !integral.hasAttrs() &&
                   !written->getType()->getContainedDeducedType());
    if (!result)
      return;
    SourceRange range = written->getTypeLoc().getSourceRange();
    llvm::StringRef type = source.text(range);
    result.require(!type.empty())
        .replace(range, "std::atomic<" + type + ">")
        .include("atomic", integral.getLocation());
  }

  void rewrite(Edits &result, const GuardedIntegral::Section &section,
               const ValueDecl &integral) {
    const Stmt *acquire = statementOf(unit, section.region->acquire);
    result.require(acquire && section.region->releases.size() <= 1);
    if (!result)
      return;
    if (section.statements.size() == 3) {
      const auto *set = cast<BinaryOperator>(section.statements[1]);
      llvm::StringRef name = source.text(set->getLHS()->getSourceRange());
      llvm::StringRef next = source.text(set->getRHS()->getSourceRange());
      result.require(!name.empty() && !next.empty())
          .remove(*section.statements[0])
          .remove(*section.statements[1])
          .replace(source.statement(*section.statements[2]),
                   "return " + name + ".exchange(" + next + ");");
    }
    if (const Stmt *block = blockOf(*acquire, section)) {
      auto step = source.statement(*section.statements.front());
      result.require(step.has_value());
      auto whole = source.span(block->getSourceRange());
      if (result && whole)
        result.replace(Span{whole->file, whole->begin, step->begin}, "")
            .replace(Span{whole->file, step->end, whole->end}, "");
      return;
    }
    result.remove(*acquire);
    for (const Call *release : section.region->releases) {
      const Stmt *statement = statementOf(unit, release->site);
      result.require(statement);
      if (statement)
        result.remove(*statement);
    }
  }

  // The block that is there only to end the guard's life.
  const Stmt *blockOf(const Stmt &acquire,
                      const GuardedIntegral::Section &section) {
    const auto *block = dyn_cast_or_null<CompoundStmt>(unit.parent(&acquire));
    return block && section.region->guard && section.statements.size() == 1 &&
                   block->size() == 2 &&
                   isa_and_nonnull<CompoundStmt>(unit.parent(block))
               ? block
               : nullptr;
  }

  bool isLoaded(const Expr *mention) const {
    const auto *load = dyn_cast_or_null<ImplicitCastExpr>(unit.parent(mention));
    return load && load->getCastKind() == CK_LValueToRValue;
  }

  static bool isExchanged(const GuardedIntegral &guarded, const Expr *mention) {
    return llvm::any_of(guarded.sections, [&](const auto &section) {
      return section.statements.size() == 3 &&
             contains(section.statements.front(), mention);
    });
  }

  void dropCaptures(Edits &result, const ValueDecl &lock) {
    for (const Function *function : unit.functions())
      if (function->lambda)
        result.removeCapture(*function->lambda, &lock);
  }

  Unit &unit;
  const Source &source;
};

} // namespace

Edits asAtomic(Unit &unit, const Source &source,
               const GuardedIntegral &guarded) {
  return Rewriter(unit, source).rewritten(guarded);
}

} // namespace heddle::checks
