// What names say.
#pragma once

#include "clang/AST/Decl.h"

#include <initializer_list>

namespace heddle::checks {

struct Function;

/// One of the words that the identifier of `decl` is made of is one of `words`,
/// which are in lower case: `RateLimiter` and `rate_limiter` have "rate".
bool hasWord(const clang::NamedDecl &decl,
             std::initializer_list<llvm::StringRef> words);

/// As hasWord(), of the function, of its class, or of those that it stands in.
bool isNamed(const Function &fn, std::initializer_list<llvm::StringRef> words);

} // namespace heddle::checks
