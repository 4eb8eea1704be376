#pragma once

#include "clang/AST/ASTConsumer.h"

#include <memory>

namespace heddle::tool {

/// Spares Clang the bodies of functions in system headers, which no fact is
/// about: they are not parsed, and those of templates not instantiated.
///
/// A template's body is kept where a type of the project is among the arguments
/// of it or of its class: what it calls is instantiated with that type, and the
/// project's part of that is looked at. Clang itself keeps what it evaluates:
/// `constexpr` functions, and those that deduce what they return.
std::unique_ptr<clang::ASTConsumer> withoutSystemBodies();

} // namespace heddle::tool
