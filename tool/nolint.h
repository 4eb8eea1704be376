#pragma once

#include "linter.h"

namespace heddle::tool {

/// NOLINT comments that name checks of ours and silence none of them, a line
/// each: "a.cpp:3: stale: …". The units of `results` that have such comments
/// are linted once more, by `everyCheck` and as if the comments were not there.
/// Comments without names, and those in macros, are not judged.
std::vector<std::string> staleSuppressions(const Linter::Results &results,
                                           Linter &everyCheck);

} // namespace heddle::tool
