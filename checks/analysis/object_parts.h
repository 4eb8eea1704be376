// Which parts of an object a lambda reads.
#pragma once

#include "analysis/unit.h"

#include <optional>
#include <string>

namespace heddle::checks {

struct PartsRead {
  struct Part {
    /// The whole read, as `request.body.size()`.
    const clang::Expr *expr;
    const clang::FieldDecl *field;
    /// Without the object: "user", "body.size()".
    std::string path;
    /// For a copy of it: "user", "size".
    std::string name;
    /// It is a size, not the member itself.
    bool onlyLooks = false;
  };

  const clang::CXXRecordDecl *record;
  bool throughPointer = false;
  llvm::SmallVector<Part, 4> parts;

  /// The member itself is needed.
  bool reads(const clang::FieldDecl &field) const;
};

/// What `lambda` reads of `captured`, an object or a pointer that shares one.
/// Nothing where it uses the object as a whole, calls a method on it, changes
/// it, or does not use it.
std::optional<PartsRead> partsRead(Unit &unit, const clang::LambdaExpr &lambda,
                                   const clang::ValueDecl &captured);

/// An object of `type` owns memory elsewhere: a container or string of the C++
/// library.
bool isContainer(clang::QualType type);

} // namespace heddle::checks
