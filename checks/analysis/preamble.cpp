#include "analysis/preamble.h"

#include "clang/AST/Decl.h"
#include "clang/AST/ExternalASTSource.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {

// Asks for the files one by one: to go through all top-level declarations would
// read those of system headers from the preamble, too, at each keystroke.
std::vector<const Decl *> preambleDecls(ASTContext &ast) {
  std::vector<const Decl *> found;
  ExternalASTSource *preamble = ast.getExternalSource();
  if (!preamble ||
      is_contained(ast.getTraversalScope(), ast.getTranslationUnitDecl()))
    return found;
  SourceManager &sources = ast.getSourceManager();
  for (unsigned i = 0; i < sources.loaded_sloc_entry_size(); ++i) {
    bool invalid = false;
    const SrcMgr::SLocEntry &entry = sources.getLoadedSLocEntry(i, &invalid);
    if (invalid || !entry.isFile() ||
        SrcMgr::isSystem(entry.getFile().getFileCharacteristic()))
      continue;
    FileID file = sources.getFileID(
        SourceLocation::getFromRawEncoding(entry.getOffset()));
    SmallVector<Decl *> decls;
    preamble->FindFileRegionDecls(file, 0, sources.getFileIDSize(file), decls);
    for (const Decl *decl : decls)
      if (isa<TranslationUnitDecl>(decl->getLexicalDeclContext()))
        found.push_back(decl);
  }
  return found;
}

} // namespace heddle::checks
