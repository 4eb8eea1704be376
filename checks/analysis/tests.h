// Code that exists to test or to measure other code.
#pragma once

#include "analysis/unit.h"

namespace heddle::checks {

/// `fn` is a test or a benchmark, or a lambda in one: a class that it is in, or
/// a parameter's type, comes from GoogleTest or Google Benchmark.
bool isTestCode(const Function &fn);

} // namespace heddle::checks
