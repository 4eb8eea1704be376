/// Which expressions a fix may evaluate elsewhere, or once more.
#pragma once

#include "clang/AST/Expr.h"

namespace heddle::checks {

/// Evaluating `expr` has no effect, and gives the same value again as long as
/// the variables in it keep theirs.
bool isPure(const clang::Expr *expr);

} // namespace heddle::checks
