#include "analysis/names.h"

#include "analysis/unit.h"

#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {

bool hasWord(const NamedDecl &decl, std::initializer_list<StringRef> words) {
  std::string word;
  bool wasLower = false;
  auto known = [&] { return llvm::is_contained(words, StringRef(word)); };
  for (char c : decl.getNameAsString()) {
    bool starts = !llvm::isAlpha(c) || (llvm::isUpper(c) && wasLower);
    if (starts && known())
      return true;
    if (starts)
      word.clear();
    wasLower = llvm::isLower(c);
    if (llvm::isAlpha(c))
      word += llvm::toLower(c);
  }
  return known();
}

bool isNamed(const Function &fn, std::initializer_list<StringRef> words) {
  for (const Function *at = &fn; at; at = at->enclosing) {
    const NamedDecl *named =
        at->decl ? static_cast<const NamedDecl *>(at->decl) : at->variable;
    if (hasWord(*named, words))
      return true;
    if (const auto *method = llvm::dyn_cast<CXXMethodDecl>(named))
      if (hasWord(*method->getParent(), words))
        return true;
  }
  return false;
}

} // namespace heddle::checks
