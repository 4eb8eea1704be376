// Loops that somebody can tell to stop.
#pragma once

#include "analysis/loops.h"

namespace heddle::checks {

/// `decl` has a type that says whether to go on: a context, the end of one, or
/// a stop token, the library's or by the name of its class.
bool tellsToStop(const clang::ValueDecl &decl);

/// A round of `loop` looks at something that tells it to stop, itself or in
/// functions in view, or receives from what code in view closes.
bool mayBeTold(Unit &unit, const Loop &loop);

/// What is thrown in `loop` is caught outside of it, in its function.
bool isGuardedByTry(Unit &unit, const Loop &loop);

/// A round of `loop` runs code that is not in view, of which nothing is known,
/// and which may throw.
bool runsUnseen(Unit &unit, const Loop &loop);

/// The context nearest to `stmt` that code there can name; null if none.
const clang::ValueDecl *contextAt(Unit &unit, const clang::Stmt *stmt);

/// `decl` is what is called to end a context.
bool isCancel(Unit &unit, const clang::ValueDecl &decl);

/// An object of `type` ends its context when it is destroyed.
bool endsItsContext(Unit &unit, clang::QualType type);

/// Code that may run after `fn`, whose variable `context` is, has it too.
bool isKeptBeyond(Unit &unit, const clang::ValueDecl &context,
                  const Function &fn);

} // namespace heddle::checks
