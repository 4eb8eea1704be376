/// The `#include`s of a translation unit.
#pragma once

#include "clang/Basic/SourceLocation.h"

#include <memory>
#include <string>
#include <vector>

namespace clang {
class PPCallbacks;
class SourceManager;
} // namespace clang

namespace heddle::checks {

/// One `#include`, as the preprocessor met it.
struct Inclusion {
  clang::FileID from;
  unsigned offset; ///< Of the `#`.
  std::string spelling;
  bool angled;
  std::string path; ///< Of the file it found; empty if none.
};

/// What adds each one to `list`, for the preprocessor to call.
std::unique_ptr<clang::PPCallbacks>
recordInclusions(const clang::SourceManager &sources,
                 std::shared_ptr<std::vector<Inclusion>> list);

} // namespace heddle::checks
