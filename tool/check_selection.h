#pragma once

#include "finding.h"

#include "framework/check_info.h"

#include "clang-tidy/ClangTidyOptions.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <memory>
#include <string>
#include <vector>

namespace heddle::tool {

llvm::SmallVector<llvm::StringRef> checkNames();

/// Which checks the command line asks for.
struct CheckSelection {
  /// What --checks says, its names completed; empty if it was not given.
  std::string globs;
  /// The least severe tier to run; unset means up to `cost`, or whatever the
  /// globs name.
  std::string tier;

  static llvm::Expected<CheckSelection> parse(llvm::StringRef globs,
                                              llvm::StringRef tier);

  /// The globs for a unit whose configuration files say `configured`.
  std::string globsFor(llvm::StringRef configured) const;
};

llvm::json::Value toJSON(const CheckSelection &);
bool fromJSON(const llvm::json::Value &, CheckSelection &, llvm::json::Path);

/// Reads the `.clang-tidy` files above a source file as clang-tidy does, with
/// the checks narrowed to the selection. What is wrong in those files is kept
/// rather than passed over.
class Configuration final : public clang::tidy::FileOptionsProvider {
public:
  Configuration(CheckSelection selection,
                llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> files);

  std::vector<OptionsSource> getRawOptions(llvm::StringRef file) override;

  struct Mistake {
    Span where;
    std::string text;
  };
  const std::vector<Mistake> &mistakes() const { return found; }

  /// Where the files that were read say what `message` quotes.
  Span placeOf(llvm::StringRef message) const;

private:
  llvm::ErrorOr<clang::tidy::ClangTidyOptions> read(llvm::MemoryBufferRef text);
  void checkOptionNames(const clang::tidy::ClangTidyOptions &options);

  CheckSelection selection;
  std::vector<Mistake> found;
  /// The text of each file that was read, innermost first.
  std::vector<std::pair<std::string, std::string>> texts;
};

} // namespace heddle::tool
