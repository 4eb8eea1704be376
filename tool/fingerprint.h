#pragma once

#include "sources.h"

namespace heddle::tool {

/// What stays the same of a finding when its lines move, are indented or
/// wrapped otherwise, or are read on another machine: its check, and the tokens
/// from its place to the end of the statement, or to the brace that opens a
/// block. The file is no part of it. Findings of the same words have the same
/// one.
std::string fingerprint(const Finding &finding, Sources &sources);

} // namespace heddle::tool
