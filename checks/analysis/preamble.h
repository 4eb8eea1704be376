/// Hosts that parse as a person types compile what a file begins with, its
/// headers, once and apart from the rest.
#pragma once

#include "clang/AST/ASTContext.h"

#include <vector>

namespace heddle::checks {

/// The declarations at namespace scope in a unit's preamble that are not from
/// system headers; a namespace is one, with all in it. None if the unit was
/// parsed whole.
std::vector<const clang::Decl *> preambleDecls(clang::ASTContext &ast);

} // namespace heddle::checks
