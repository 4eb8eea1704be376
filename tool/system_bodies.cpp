#include "system_bodies.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Sema/Sema.h"
#include "clang/Sema/SemaConsumer.h"
#include "llvm/ADT/DenseMap.h"

using namespace clang;

namespace heddle::tool {
namespace {

class WithoutSystemBodies final : public SemaConsumer {
  void InitializeSema(Sema &s) override { sema = &s; }
  void ForgetSema() override { sema = nullptr; }

  bool shouldSkipFunctionBody(Decl *decl) override {
    return !decl->isTemplated() && isInSystem(*decl);
  }

  /// Clang has just put the function at the end of what is to be instantiated.
  void HandleCXXImplicitFunctionInstantiation(FunctionDecl *fn) override {
    auto &pending = sema->PendingInstantiations;
    if (pending.empty() || pending.back().first != fn || !isInSystem(*fn) ||
        concernsProject(*fn))
      return;
    pending.pop_back();
    fn->setInstantiationIsPending(false);
  }

  bool isInSystem(const Decl &decl) const {
    return sema->getSourceManager().isInSystemHeader(decl.getLocation());
  }

  bool concernsProject(const FunctionDecl &fn) {
    const TemplateArgumentList *arguments = fn.getTemplateSpecializationArgs();
    return (arguments && concernsProject(arguments->asArray())) ||
           isAroundProject(*fn.getDeclContext());
  }

  /// Whether one of the contexts is an instance of a class template that
  /// concerns the project, or local to a function.
  bool isAroundProject(const DeclContext &innermost) {
    for (const DeclContext *context = &innermost; context;
         context = context->getParent()) {
      const auto *instance = dyn_cast<ClassTemplateSpecializationDecl>(context);
      if (isa<FunctionDecl>(context) ||
          (instance && concernsProject(instance->getTemplateArgs().asArray())))
        return true;
    }
    return false;
  }

  bool concernsProject(llvm::ArrayRef<TemplateArgument> arguments) {
    return llvm::any_of(arguments, [&](const TemplateArgument &argument) {
      switch (argument.getKind()) {
      case TemplateArgument::Type:
        return concernsProject(argument.getAsType());
      case TemplateArgument::Pack:
        return concernsProject(argument.pack_elements());
      case TemplateArgument::Integral:
      case TemplateArgument::NullPtr:
        return false;
      default:
        return true;
      }
    });
  }

  bool concernsProject(QualType type) {
    const clang::Type *canonical = type.getCanonicalType().getTypePtr();
    if (canonical->isBuiltinType())
      return false;
    auto [it, isNew] = known.try_emplace(canonical, true);
    if (!isNew)
      return it->second;
    return known[canonical] = isMadeOfProject(*canonical);
  }

  bool isMadeOfProject(const Type &type) {
    if (const auto *array = dyn_cast<ArrayType>(&type))
      return concernsProject(array->getElementType());
    if (type.isPointerType() || type.isReferenceType())
      return concernsProject(type.getPointeeType());
    if (const auto *function = dyn_cast<FunctionProtoType>(&type))
      return concernsProject(function->getReturnType()) ||
             llvm::any_of(function->param_types(), [&](QualType parameter) {
               return concernsProject(parameter);
             });
    const TagDecl *tag = type.getAsTagDecl();
    return !tag || !isInSystem(*tag) ||
           isAroundProject(*cast<DeclContext>(tag));
  }

  Sema *sema = nullptr;
  llvm::DenseMap<const Type *, bool> known;
};

} // namespace

std::unique_ptr<ASTConsumer> withoutSystemBodies() {
  return std::make_unique<WithoutSystemBodies>();
}

} // namespace heddle::tool
