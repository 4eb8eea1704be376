#include "framework/check.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Process.h"

#include <vector>

using llvm::StringRef;

namespace clang::clangd {
int clangdMain(int argc, char *argv[]);
}

/// clangd looks for Clang's own headers beside itself, where ours are not.
static bool namesResourceDir(int argc, char **argv) {
  auto names = [](StringRef word) { return word.contains("-resource-dir"); };
  std::optional<std::string> flags = llvm::sys::Process::GetEnv("CLANGD_FLAGS");
  return llvm::any_of(llvm::ArrayRef(argv, argc), names) ||
         (flags && names(*flags));
}

int main(int argc, char **argv) {
  heddle::checks::setFixPolicy(heddle::checks::FixPolicy::Picked);

  char resourceDir[] = "--resource-dir=" HEDDLE_CLANG_RESOURCE_DIR;
  std::vector<char *> words(argv, argv + argc);
  if (!namesResourceDir(argc, argv))
    words.insert(words.begin() + 1, resourceDir);
  words.push_back(nullptr);
  return clang::clangd::clangdMain(words.size() - 1, words.data());
}
