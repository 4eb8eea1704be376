#include "analysis/guarded.h"

#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

bool sameLock(const LockRegion &a, const LockRegion &b) {
  if (a.variable && a.variable == b.variable)
    return true;
  return a.function == b.function && a.identity == b.identity;
}

void addTouched(Unit &unit, const Stmt *stmt, const LockRegion &region,
                SmallVectorImpl<const ValueDecl *> &found) {
  for (const ValueDecl *decl : touchedBy(unit, stmt).mentioned)
    if (decl != region.variable && isState(decl) && !is_contained(found, decl))
      found.push_back(decl);
}

/// What several tasks write must not mix; who reads may wait for long.
bool writes(const Call &call) {
  return call.callee && call.callee->getIdentifier() &&
         call.callee->getName().starts_with("write");
}

/// A stream, or what owns or points to one.
bool isStream(QualType type) {
  type = type.getNonReferenceType();
  if (type->isPointerType())
    type = type->getPointeeType();
  const CXXRecordDecl *record = type->getAsCXXRecordDecl();
  if (const auto *owner =
          dyn_cast_or_null<ClassTemplateSpecializationDecl>(record))
    return is_contained({"std::unique_ptr", "std::shared_ptr", "std::optional"},
                        tableName(*owner)) &&
           isStream(owner->getTemplateArgs()[0].getAsType());
  for (; record && record->hasDefinition();
       record = record->bases_begin()->getType()->getAsCXXRecordDecl()) {
    if (tableName(*record) == "heddle::Stream")
      return true;
    if (record->getNumBases() != 1)
      return false;
  }
  return false;
}

} // namespace

bool isState(const ValueDecl *decl) {
  if (decl->getType().isConstQualified())
    return false;
  if (isa<FieldDecl>(decl))
    return true;
  const auto *variable = dyn_cast<VarDecl>(decl);
  return variable && variable->hasGlobalStorage();
}

bool isPrivateState(const ValueDecl *decl) {
  if (const auto *field = dyn_cast<FieldDecl>(decl))
    return field->getAccess() == AS_private;
  return !decl->isExternallyVisible();
}

bool isOnlyUsedInView(Unit &unit, const ValueDecl *decl) {
  if (decl->getType()->isReferenceType() || isa<ParmVarDecl>(decl))
    return false;
  if (const auto *variable = dyn_cast<VarDecl>(decl))
    return variable->hasLocalStorage() || !variable->isExternallyVisible();
  const auto *field = dyn_cast<FieldDecl>(decl);
  const auto *record =
      field ? dyn_cast<CXXRecordDecl>(field->getParent()) : nullptr;
  if (!record || record->isDependentContext() || record->hasFriends() ||
      isa<ClassTemplateSpecializationDecl>(record))
    return false;
  bool inMain =
      unit.context().getSourceManager().isInMainFile(record->getLocation());
  return (field->getAccess() == AS_private || inMain) &&
         all_of(record->methods(), [&](const CXXMethodDecl *method) {
           return method->isImplicit() || method->isDefaulted() ||
                  method->isDeleted() || unit.function(method) ||
                  isa<CXXDestructorDecl>(method);
         });
}

SmallVector<const ValueDecl *, 8>
guardedBy(Unit &unit, const LockRegion &region, ArrayRef<Stmt *> except) {
  SmallVector<const ValueDecl *, 8> found;
  for (const Function *fn : unit.functions())
    for (const LockRegion &other : lockRegions(unit, *fn)) {
      if (!sameLock(other, region))
        continue;
      if (!other.statements) {
        addTouched(unit, fn->body, region, found);
        continue;
      }
      for (const Stmt *stmt : other.statements->statements())
        if (!is_contained(except, stmt))
          addTouched(unit, stmt, region, found);
    }
  return found;
}

bool serialisesOnly(Unit &unit, const LockRegion &region, const Call &call) {
  SmallVector<const ValueDecl *, 8> guarded = guardedBy(unit, region);
  if (guarded.size() != 1)
    return false;
  const ValueDecl *only = guarded.front();
  if (unit.roles(call).has(Role::Suspends) &&
      !(isStream(only->getType()) && writes(call)))
    return false;
  bool used = (call.object() && mentions(call.object(), only)) ||
              any_of(call.args(), [&](const Expr *argument) {
                return mentions(argument, only);
              });
  return used && none_of(usesOf(unit, only), [](const Use &use) {
           return use.kind == UseKind::Write;
         });
}

} // namespace heddle::checks
