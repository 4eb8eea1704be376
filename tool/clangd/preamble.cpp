#include "preamble.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/PPCallbacks.h"

using namespace clang;

namespace heddle::tool {

void WholeHeaders::BeforeExecute(CompilerInstance &compiler) {
  clangd.BeforeExecute(compiler);
}

void WholeHeaders::AfterExecute(CompilerInstance &compiler) {
  clangd.AfterExecute(compiler);
}

void WholeHeaders::AfterPCHEmitted(ASTWriter &writer) {
  clangd.AfterPCHEmitted(writer);
}

void WholeHeaders::HandleTopLevelDecl(DeclGroupRef decls) {
  clangd.HandleTopLevelDecl(decls);
}

std::unique_ptr<PPCallbacks> WholeHeaders::createPPCallbacks() {
  return clangd.createPPCallbacks();
}

CommentHandler *WholeHeaders::getCommentHandler() {
  return clangd.getCommentHandler();
}

bool WholeHeaders::shouldSkipFunctionBody(Decl *decl) {
  const SourceManager &sources = decl->getASTContext().getSourceManager();
  return sources.isInSystemHeader(decl->getLocation()) &&
         clangd.shouldSkipFunctionBody(decl);
}

} // namespace heddle::tool
