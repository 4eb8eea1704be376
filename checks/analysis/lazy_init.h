// Variables that are made by whoever finds them empty.
#pragma once

#include "analysis/unit.h"

#include "clang/AST/Stmt.h"

namespace heddle::checks {

/// A check whether a variable that tasks share has been made, and its making.
struct LazyInit {
  const Function *function;
  /// A static variable or a member of `this`.
  const clang::ValueDecl *variable;
  const clang::IfStmt *check;
  /// Gives it its value: an assignment, or a call of `reset` or `emplace`.
  const clang::Expr *making;
};

/// Those of `fn` that two tasks may do at once: several run it, on an object
/// they share, and no lock is held around the first check, by `fn` or by who
/// calls it. Who has made it before the tasks start has made it for them.
std::vector<LazyInit> unsynchronisedInits(Unit &unit, const Function &fn);

} // namespace heddle::checks
