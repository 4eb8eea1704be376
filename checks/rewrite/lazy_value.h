/// A variable made when it is first used, by the language or by the runtime.
#pragma once

#include "analysis/lazy_init.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Declares the static variable of `init` in place of its check, with what it
/// is made from. Fails where it is used elsewhere, or making it may suspend.
Edits asLocalStatic(Unit &unit, const Source &source, const LazyInit &init);

/// asLocalStatic() changes nothing but who may be the one to make it.
bool isSafeAsLocalStatic(Unit &unit, const LazyInit &init);

/// Declares the member of `init` as a Lazy, without a check. Fails where it is
/// used as more than what it points to, or made from a function's own
/// variables.
Edits asLazy(Unit &unit, const Source &source, const LazyInit &init);

} // namespace heddle::checks
