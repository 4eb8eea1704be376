// Numbers that the compiler knows.
#pragma once

#include "analysis/unit.h"

#include <optional>

namespace heddle::checks {

/// The value of `expr`, where it is an integer or enumerator that is the same
/// every time; nothing for null.
std::optional<int64_t> constant(Unit &unit, const clang::Expr *expr);

} // namespace heddle::checks
