#include "rewrite/task_lock.h"

#include "analysis/lock_effects.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

StringRef taskTypeFor(QualType type) {
  const CXXRecordDecl *record = type->getAsCXXRecordDecl();
  std::string name = record ? tableName(*record) : "";
  if (name == "std::mutex")
    return "heddle::Mutex";
  if (name == "std::shared_mutex")
    return "heddle::SharedMutex";
  return "";
}

bool isInView(const Unit &unit, const ValueDecl &lock) {
  const SourceManager &sources = unit.context().getSourceManager();
  const auto *field = dyn_cast<FieldDecl>(&lock);
  if (!field)
    return !lock.isExternallyVisible() || !isa<VarDecl>(lock) ||
           cast<VarDecl>(lock).hasLocalStorage();
  const auto *record = dyn_cast<CXXRecordDecl>(field->getParent());
  return record && !record->isDependentContext() &&
         !isa<ClassTemplateSpecializationDecl>(record) &&
         (sources.isInMainFile(record->getLocation()) ||
          (field->getAccess() == AS_private && !record->hasFriends() &&
           llvm::all_of(record->methods(), [&](const CXXMethodDecl *method) {
             return method->isImplicit() || method->isDefaulted() ||
                    method->isDeleted() || unit.function(method);
           })));
}

// The guard that `mention` is given to, with the type as it is written.
const VarDecl *guardOf(Unit &unit, const Expr *mention) {
  LockEffects effects(unit);
  for (const Stmt *up = unit.parent(mention); up; up = unit.parent(up))
    if (const auto *declaration = dyn_cast<DeclStmt>(up)) {
      const auto *variable =
          declaration->isSingleDecl()
              ? dyn_cast<VarDecl>(declaration->getSingleDecl())
              : nullptr;
      return variable && effects.isGuard(variable->getType()) ? variable
                                                              : nullptr;
    }
  return nullptr;
}

bool isLockCall(Unit &unit, const Expr *mention) {
  const auto *method = dyn_cast_or_null<MemberExpr>(unit.parent(mention));
  const auto *decl =
      method ? dyn_cast<CXXMethodDecl>(method->getMemberDecl()) : nullptr;
  return decl && decl->getIdentifier() &&
         llvm::is_contained({"lock", "unlock", "try_lock", "lock_shared",
                             "unlock_shared", "try_lock_shared"},
                            decl->getName());
}

// A guard that waits on a condition of the thread's cannot have another lock.
bool isOnlyGuard(Unit &unit, const VarDecl &guard) {
  return llvm::all_of(unit.mentions(&guard), [&](const Expr *mention) {
    return isa_and_nonnull<MemberExpr>(unit.parent(mention));
  });
}

// Names the lock's new type in the guard's, if that is spelled out.
void retype(Edits &edits, const Source &source, const VarDecl &guard,
            StringRef before, StringRef after) {
  auto type =
      source.span(guard.getTypeSourceInfo()->getTypeLoc().getSourceRange());
  if (!edits.require(type.has_value()))
    return;
  StringRef text = source.text(*type);
  if (!text.contains('<'))
    return;
  std::string argument = ("<" + before + ">").str();
  size_t at = text.find(argument);
  if (edits.require(at != StringRef::npos)) {
    unsigned begin = type->begin + unsigned(at) + 1;
    edits.replace(Span{type->file, begin, begin + unsigned(before.size())},
                  after);
  }
}

} // namespace

Edits asTaskLock(Unit &unit, const Source &source, const ValueDecl &lock) {
  Edits edits(source);
  const auto *declarator = dyn_cast<DeclaratorDecl>(&lock);
  StringRef after = taskTypeFor(lock.getType());
  edits.require(declarator && !after.empty() && isInView(unit, lock));
  if (!edits)
    return edits;
  SourceRange written =
      declarator->getTypeSourceInfo()->getTypeLoc().getSourceRange();
  StringRef before = source.text(written);
  edits.require(!before.empty()).replace(written, after);
  llvm::DenseSet<const VarDecl *> guards;
  for (const Expr *mention : unit.mentions(&lock)) {
    if (isa_and_nonnull<LambdaExpr>(unit.parent(mention)))
      continue;
    const VarDecl *guard = guardOf(unit, mention);
    edits.require(guard ? isOnlyGuard(unit, *guard)
                        : isLockCall(unit, mention));
    if (edits && guard && guards.insert(guard).second)
      retype(edits, source, *guard, before, after);
  }
  return edits.include("heddle/mutex.h", lock.getLocation());
}

} // namespace heddle::checks
