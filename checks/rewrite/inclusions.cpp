#include "rewrite/inclusions.h"

#include "clang/Basic/SourceManager.h"
#include "clang/Lex/PPCallbacks.h"

using namespace clang;
using llvm::StringRef;

namespace heddle::checks {
namespace {

class RecordInclusions : public PPCallbacks {
public:
  RecordInclusions(const SourceManager &sources,
                   std::shared_ptr<std::vector<Inclusion>> list)
      : sources(sources), list(std::move(list)) {}

  void InclusionDirective(SourceLocation hash, const Token &, StringRef name,
                          bool angled, CharSourceRange,
                          OptionalFileEntryRef file, StringRef, StringRef,
                          const Module *, bool,
                          SrcMgr::CharacteristicKind) override {
    auto [from, offset] = sources.getDecomposedExpansionLoc(hash);
    list->push_back({from, offset, name.str(), angled,
                     file ? file->getName().str() : std::string()});
  }

private:
  const SourceManager &sources;
  std::shared_ptr<std::vector<Inclusion>> list;
};

} // namespace

std::unique_ptr<PPCallbacks>
recordInclusions(const SourceManager &sources,
                 std::shared_ptr<std::vector<Inclusion>> list) {
  return std::make_unique<RecordInclusions>(sources, std::move(list));
}

} // namespace heddle::checks
