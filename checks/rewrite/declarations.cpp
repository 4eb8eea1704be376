#include "rewrite/declarations.h"

#include "analysis/spawns.h"

#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

const Stmt *declarationIn(const Stmt *stmt, const VarDecl &variable) {
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
std::optional<Span> spanOf(const Source &source, const ValueDecl &decl) {
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
bool isAlone(const ValueDecl &decl) {
  return llvm::none_of(decl.getDeclContext()->decls(), [&](const Decl *other) {
    return other != &decl && !other->isImplicit() &&
           isa<VarDecl, FieldDecl>(other) &&
           other->getBeginLoc() == decl.getBeginLoc();
  });
}

// The block that is there only to end the guard's life.
const CompoundStmt *blockOf(Unit &unit, const Stmt &acquire,
                            const LockRegion &section) {
  const auto *block = dyn_cast_or_null<CompoundStmt>(unit.parent(&acquire));
  return block && section.guard && block->size() == 2 &&
                 block->body_front() == &acquire &&
                 isa_and_nonnull<CompoundStmt>(unit.parent(block))
             ? block
             : nullptr;
}

void removeLocking(Edits &edits, Unit &unit, const Source &source,
                   const LockRegion &section) {
  const Stmt *acquire =
      section.acquire ? statementOf(unit, section.acquire) : nullptr;
  if (!edits.require(acquire && section.releases.size() <= 1))
    return;
  if (const CompoundStmt *block = blockOf(unit, *acquire, section)) {
    auto step = source.statement(*block->body_back());
    auto whole = source.span(block->getSourceRange());
    if (edits.require(step && whole))
      edits.replace(Span{whole->file, whole->begin, step->begin}, "")
          .replace(Span{whole->file, step->end, whole->end}, "");
    return;
  }
  edits.remove(*acquire);
  for (const Call *release : section.releases) {
    const Stmt *statement = statementOf(unit, release->site);
    if (edits.require(statement))
      edits.remove(*statement);
  }
}

} // namespace

Edits &removeDeclaration(Edits &edits, Unit &unit, const Source &source,
                         const ValueDecl &decl) {
  for (const Function *function : unit.functions())
    if (function->lambda)
      edits.removeCapture(*function->lambda, &decl);
  const auto *variable = dyn_cast<VarDecl>(&decl);
  if (!variable || !variable->isLocalVarDecl())
    return edits.require(isAlone(decl)).remove(spanOf(source, decl));
  const Stmt *declaration = nullptr;
  for (const Function *function : unit.functions())
    if (const Stmt *found = declarationIn(function->body, *variable))
      declaration = found;
  edits.require(declaration && cast<DeclStmt>(declaration)->isSingleDecl());
  return edits ? edits.remove(*declaration) : edits;
}

Edits &changeType(Edits &edits, const Source &source, const ValueDecl &decl,
                  llvm::function_ref<std::string(llvm::StringRef)> change) {
  const auto *declarator = dyn_cast<DeclaratorDecl>(&decl);
  TypeSourceInfo *written =
      declarator ? declarator->getTypeSourceInfo() : nullptr;
  edits.require(written && isAlone(decl) && !decl.hasAttrs() &&
                !written->getType()->getContainedDeducedType());
  if (!edits)
    return edits;
  SourceRange range = written->getTypeLoc().getSourceRange();
  llvm::StringRef type = source.text(range);
  std::string changed = type.empty() ? "" : change(type);
  return edits.require(!changed.empty()).replace(range, changed);
}

Edits &removeLock(Edits &edits, Unit &unit, const Source &source,
                  const ValueDecl &lock,
                  llvm::ArrayRef<const LockRegion *> sections) {
  removeDeclaration(edits, unit, source, lock);
  for (const LockRegion *section : sections)
    removeLocking(edits, unit, source, *section);
  return edits;
}

} // namespace heddle::checks
