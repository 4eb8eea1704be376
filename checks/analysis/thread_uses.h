// Mentions of thread-local variables, and what leads to them.
#pragma once

#include "analysis/uses.h"

#include "llvm/ADT/SmallPtrSet.h"

namespace heddle::checks {

/// The variable that `expr` names, if it is thread-local and can change.
const clang::VarDecl *namedThreadLocal(const clang::Expr *expr);

/// The use only counts up or down.
bool isCounted(Unit &unit, const Use &use);

/// The value of the variable is read.
inline bool isRead(const Use &use) {
  return use.kind == UseKind::Read || use.readOnly;
}

/// A value of the type leads to what it was made of: a pointer, a reference, an
/// iterator, a view.
bool leadsOn(clang::QualType type);

/// The thread-local variable that `value` is the address of, or leads into, by
/// functions in view too; or, where `isPlace`, that it is itself.
const clang::VarDecl *leadsTo(Unit &unit, const clang::Expr *value,
                              bool isPlace);

using ThreadLocals = llvm::SmallPtrSet<const clang::VarDecl *, 4>;

/// The thread-local variables that `fn` reads and that it sets, in functions
/// that it calls too.
struct ThreadUses {
  ThreadLocals read, set;
};
ThreadUses threadUses(Unit &unit, const Function &fn);

} // namespace heddle::checks
