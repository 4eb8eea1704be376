#include "analysis/object_parts.h"

#include "analysis/spawns.h"
#include "analysis/uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

/// The type that a captured object shares, if it is a smart pointer.
const CXXRecordDecl *sharedRecord(QualType type) {
  const auto *pointer = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      type.getNonReferenceType()->getAsCXXRecordDecl());
  if (!pointer || tableName(*pointer) != "std::shared_ptr" ||
      pointer->getTemplateArgs().size() == 0)
    return nullptr;
  return pointer->getTemplateArgs()[0].getAsType()->getAsCXXRecordDecl();
}

/// `.size()` and the like of the member.
const Call *looksAt(Unit &unit, const MemberExpr &member) {
  const Stmt *up = unit.parent(&member);
  while (up && isa<ImplicitCastExpr, ParenExpr>(up))
    up = unit.parent(up);
  const auto *method = dyn_cast_or_null<MemberExpr>(up);
  const auto *expr =
      method ? dyn_cast_or_null<Expr>(unit.parent(method)) : nullptr;
  const Call *call = expr ? unit.call(expr) : nullptr;
  return call && call->callee && call->callee->getIdentifier() &&
                 isStandard(*call->callee) &&
                 llvm::is_contained({"size", "length", "empty"},
                                    call->callee->getName())
             ? call
             : nullptr;
}

} // namespace

bool PartsRead::reads(const FieldDecl &field) const {
  return llvm::any_of(parts, [&](const Part &part) {
    return part.field == &field && !part.onlyLooks;
  });
}

bool isContainer(QualType type) {
  const auto *record = type->getAsCXXRecordDecl();
  return record && isStandard(*record) && record->hasDefinition() &&
         !record->hasTrivialDestructor() &&
         llvm::any_of(record->methods(), [](const CXXMethodDecl *method) {
           return method->getIdentifier() &&
                  llvm::is_contained({"clear", "push_back"}, method->getName());
         });
}

std::optional<PartsRead> partsRead(Unit &unit, const LambdaExpr &lambda,
                                   const ValueDecl &captured) {
  PartsRead found;
  const CXXRecordDecl *shared = sharedRecord(captured.getType());
  found.record =
      shared ? shared
             : captured.getType().getNonReferenceType()->getAsCXXRecordDecl();
  found.throughPointer = shared != nullptr;
  if (!found.record || !found.record->hasDefinition() ||
      found.record->isLambda() || isStandard(*found.record))
    return std::nullopt;
  const Function *body = unit.function(lambda.getCallOperator());
  for (const Use &use : usesOf(unit, &captured)) {
    if (unit.functionOf(use.mention) != body)
      continue;
    const Stmt *up = unit.parent(use.mention);
    while (up && (isa<ImplicitCastExpr, ParenExpr>(up) ||
                  (shared && isa<CXXOperatorCallExpr>(up) &&
                   cast<CXXOperatorCallExpr>(up)->getOperator() == OO_Arrow)))
      up = unit.parent(up);
    const auto *member = dyn_cast_or_null<MemberExpr>(up);
    const auto *field =
        member ? dyn_cast<FieldDecl>(member->getMemberDecl()) : nullptr;
    if (!field)
      return std::nullopt;
    std::string name = field->getNameAsString();
    if (const Call *look = looksAt(unit, *member)) {
      std::string method = look->callee->getNameAsString();
      found.parts.push_back(
          {look->expr(), field, name + "." + method + "()", method, true});
      continue;
    }
    bool readOnly = llvm::all_of(usesOf(unit, field), [&](const Use &part) {
      return part.mention != member || part.readOnly ||
             part.kind == UseKind::Read;
    });
    if (!readOnly)
      return std::nullopt;
    found.parts.push_back({member, field, name, name, false});
  }
  if (found.parts.empty())
    return std::nullopt;
  return found;
}

} // namespace heddle::checks
