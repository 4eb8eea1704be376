#pragma once

#include "report/report.h"

namespace heddle::tool {

/// The report that `--format json` wrote to the file. Its paths are taken to be
/// of files below `root`. Fails with file, and offset or field, if it is none.
llvm::Expected<Report> readReport(llvm::StringRef file, llvm::StringRef root,
                                  Sources &sources);

} // namespace heddle::tool
