#pragma once

#include "llvm/Support/JSON.h"

namespace heddle::tool {

/// Completes a diagnostic of ours that clangd sends: its name leads to the page
/// of the check.
void refineDiagnostic(llvm::json::Object &diagnostic);

/// Makes of a code action that clangd sends one that an editor shows right: a
/// safe fix of ours is preferred, one to review never is.
void refineCodeAction(llvm::json::Object &action);

} // namespace heddle::tool
