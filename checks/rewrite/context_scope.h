/// Contexts that end with a scope.
#pragma once

#include "analysis/unit.h"
#include "rewrite/edits.h"

namespace heddle::checks {

/// Makes `context`, the variable that `member` of what `call` returns is kept
/// in, a ScopedContext of the whole.
Edits asScopedContext(Unit &unit, const Source &source, const Call &call,
                      const clang::VarDecl *context,
                      const clang::MemberExpr &member);

/// Calls `cancel` however the scope is left, from behind `declared` on.
Edits endedOnExit(Unit &unit, const Source &source, const clang::Stmt *declared,
                  const std::string &cancel);

} // namespace heddle::checks
