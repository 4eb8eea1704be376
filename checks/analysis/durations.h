// Constant lengths of time.
#pragma once

#include <chrono>
#include <optional>

namespace clang {
class ASTContext;
class Expr;
} // namespace clang

namespace heddle::checks {

/// The value of `expr` if it is a constant `std::chrono::duration`.
std::optional<std::chrono::nanoseconds> durationOf(clang::ASTContext &context,
                                                   const clang::Expr *expr);

} // namespace heddle::checks
