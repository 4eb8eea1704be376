#pragma once

#include "clang/Frontend/PrecompiledPreamble.h"

namespace heddle::tool {

/// Left to itself, clangd skips the bodies of functions in headers. The checks
/// look into those of the project's own.
class WholeHeaders final : public clang::PreambleCallbacks {
public:
  explicit WholeHeaders(clang::PreambleCallbacks &clangd) : clangd(clangd) {}

  void BeforeExecute(clang::CompilerInstance &compiler) override;
  void AfterExecute(clang::CompilerInstance &compiler) override;
  void AfterPCHEmitted(clang::ASTWriter &writer) override;
  void HandleTopLevelDecl(clang::DeclGroupRef decls) override;
  std::unique_ptr<clang::PPCallbacks> createPPCallbacks() override;
  clang::CommentHandler *getCommentHandler() override;
  bool shouldSkipFunctionBody(clang::Decl *decl) override;

private:
  clang::PreambleCallbacks &clangd;
};

} // namespace heddle::tool
