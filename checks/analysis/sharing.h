// Which objects several tasks have in common.
#pragma once

#include "analysis/unit.h"

namespace heddle::checks {

/// The code in view shows that other tasks can reach what `object` names in
/// `fn`: it leads to a variable that outlives a call, or to one that a task
/// captured by reference.
bool isShared(Unit &unit, const clang::Expr *object, const Function &fn);

/// The same of `this` in the method that `fn` is, or stands in.
bool isThisShared(Unit &unit, const Function &fn);

/// The function that the lambda `fn` stands in, however deep; `fn` if it is
/// none.
const Function &outermost(const Function &fn);

} // namespace heddle::checks
