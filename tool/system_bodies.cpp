#include "system_bodies.h"

#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace heddle::tool {
namespace {

class WithoutSystemBodies final : public ASTConsumer {
  void Initialize(ASTContext &context) override {
    sources = &context.getSourceManager();
  }

  bool shouldSkipFunctionBody(Decl *decl) override {
    return !decl->isTemplated() &&
           sources->isInSystemHeader(decl->getLocation());
  }

  const SourceManager *sources = nullptr;
};

} // namespace

std::unique_ptr<ASTConsumer> withoutSystemBodies() {
  return std::make_unique<WithoutSystemBodies>();
}

} // namespace heddle::tool
