#include "analysis/channel_types.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace heddle::checks {
namespace {

class ChannelTypes {
public:
  explicit ChannelTypes(Unit &unit) : unit(unit) {}

  bool has(const CXXRecordDecl &record) {
    if (!record.hasDefinition())
      return false;
    auto [found, fresh] = known.try_emplace(&record, false);
    if (fresh) {
      RoleSet roles;
      for (const CXXMethodDecl *method : record.methods())
        roles |= unit.roles(method);
      found->second = roles.has(Role::Sends) && roles.has(Role::Receives) &&
                      roles.has(Role::Closes);
    }
    return found->second;
  }

private:
  Unit &unit;
  llvm::DenseMap<const CXXRecordDecl *, bool> known;
};

} // namespace

bool isChannelClass(Unit &unit, const CXXRecordDecl &record) {
  return unit.get<ChannelTypes>().has(record);
}

bool isChannel(Unit &unit, QualType type) {
  const CXXRecordDecl *record =
      type.isNull() ? nullptr
                    : type.getNonReferenceType()->getAsCXXRecordDecl();
  return record && isChannelClass(unit, *record);
}

bool isHandleClass(const CXXRecordDecl &record) {
  return llvm::is_contained({"std::shared_ptr", "std::__shared_ptr",
                             "std::__shared_ptr_access", "std::unique_ptr"},
                            tableName(record));
}

bool denotesChannel(Unit &unit, QualType type) {
  // A list of arguments of a dependent construction has none.
  if (type.isNull())
    return false;
  type = type.getNonReferenceType();
  if (type->isPointerType())
    type = type->getPointeeType();
  const CXXRecordDecl *record = type->getAsCXXRecordDecl();
  if (!record)
    return false;
  if (const auto *handle = dyn_cast<ClassTemplateSpecializationDecl>(record);
      handle && isHandleClass(*handle) &&
      handle->getTemplateArgs()[0].getKind() == TemplateArgument::Type)
    return isChannel(unit, handle->getTemplateArgs()[0].getAsType());
  return isChannelClass(unit, *record);
}

} // namespace heddle::checks
