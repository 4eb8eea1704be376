/// Names and where they are known, for code that a fix moves.
#pragma once

#include "analysis/loops.h"
#include "rewrite/source.h"

namespace heddle::checks {

/// Control may go from `stmt` to a place outside of it, other than by an
/// exception.
bool leaves(const clang::Stmt *stmt);

/// Nothing uses the value of `expr`: it is a statement, in a block or as the
/// body of a branch or loop.
bool isDiscarded(Unit &unit, const clang::Expr &expr);

/// `expr` has at `anchor`, a statement before it, the meaning that it has in
/// its own place: it names nothing that is declared later.
bool isKnownAt(Unit &unit, const clang::Expr &expr, const clang::Stmt &anchor);

/// A variable called `name` may be declared before `anchor`: nothing in its
/// function is called so, but for what stands in `except`.
bool isFreeName(Unit &unit, const Source &source, llvm::StringRef name,
                const clang::Stmt &anchor, const Loop *except = nullptr);

/// The first of `names` that is free, else none of them: empty.
std::string freeName(Unit &unit, const Source &source,
                     std::initializer_list<llvm::StringRef> names,
                     const clang::Stmt &anchor);

/// The namespace as the code at `call` writes it, with the colons: "heddle::".
std::string qualifierOf(const Source &source, const Call &call);

} // namespace heddle::checks
