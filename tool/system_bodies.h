#pragma once

#include "clang/AST/ASTConsumer.h"

#include <memory>

namespace heddle::tool {

/// Spares Clang the bodies of functions in system headers, which no fact is
/// about: they are not parsed. A template's body is kept: it may be all that
/// instantiates code of the project. Clang itself keeps what it evaluates:
/// `constexpr` functions, and those that deduce what they return.
std::unique_ptr<clang::ASTConsumer> withoutSystemBodies();

} // namespace heddle::tool
