/// Variables and members declared otherwise, or no more.
#pragma once

#include "analysis/lock_regions.h"
#include "rewrite/edits.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace heddle::checks {

/// Takes the declaration of `decl` out, with its captures. Fails where others
/// are declared along with it.
Edits &removeDeclaration(Edits &edits, Unit &unit, const Source &source,
                         const clang::ValueDecl &decl);

/// Gives `decl` the type that `change` makes of the one it is written with.
/// Fails where that is deduced, others share it, or attributes go with it.
Edits &changeType(Edits &edits, const Source &source,
                  const clang::ValueDecl &decl,
                  llvm::function_ref<std::string(llvm::StringRef)> change);

/// Takes `lock` out of the program: its declaration, and what takes it and
/// gives it back in `sections`, which are all that there are.
Edits &removeLock(Edits &edits, Unit &unit, const Source &source,
                  const clang::ValueDecl &lock,
                  llvm::ArrayRef<const LockRegion *> sections);

} // namespace heddle::checks
