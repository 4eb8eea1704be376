#include "analysis/tests.h"

#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {
namespace {

bool isFrameworkType(const CXXRecordDecl *record) {
  if (!record)
    return false;
  std::string name = tableName(*record);
  return StringRef(name).starts_with("testing::") ||
         StringRef(name).starts_with("benchmark::");
}

bool isFixture(const CXXRecordDecl &record) {
  if (isFrameworkType(&record))
    return true;
  return record.hasDefinition() &&
         any_of(record.bases(), [](const CXXBaseSpecifier &base) {
           const CXXRecordDecl *type = base.getType()->getAsCXXRecordDecl();
           return type && isFixture(*type);
         });
}

} // namespace

bool isTestCode(const Function &fn) {
  for (const Function *at = &fn; at; at = at->enclosing) {
    if (!at->decl)
      continue;
    if (const auto *method = dyn_cast<CXXMethodDecl>(at->decl))
      if (isFixture(*method->getParent()))
        return true;
    for (const ParmVarDecl *parameter : at->decl->parameters()) {
      QualType type = parameter->getType().getNonReferenceType();
      if (type->isPointerType())
        type = type->getPointeeType();
      if (isFrameworkType(type->getAsCXXRecordDecl()))
        return true;
    }
  }
  return false;
}

} // namespace heddle::checks
