// The client of a remote index would need gRPC. Without it clangd has its
// local indexes only, and says so where a remote one is configured.
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>

namespace clang::clangd {

class SymbolIndex {
public:
  virtual ~SymbolIndex();
};

namespace remote {

std::unique_ptr<SymbolIndex> getClient(llvm::StringRef address,
                                       llvm::StringRef) {
  llvm::errs() << "heddle-clangd has no client of remote indexes: " << address
               << " is not used\n";
  return nullptr;
}

} // namespace remote
} // namespace clang::clangd
