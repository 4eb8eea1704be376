/// What an owner does for a command, as code of the one who sends it.
#pragma once

#include "analysis/owner_tasks.h"
#include "rewrite/source.h"

#include "llvm/ADT/DenseMap.h"

namespace heddle::checks {

class CommandText {
public:
  CommandText(Unit &unit, const Source &source, const OwnerTask &owner,
              const RoundTrip &trip);

  /// The statements that apply the command, one line or more each, with
  /// `indentation`. Nothing where a part of the command has no text, or is
  /// evaluated more than once though that makes a difference.
  std::optional<std::string> statements(llvm::StringRef indentation);
  /// The value that is sent as the answer; empty if there is none.
  std::optional<std::string> answer();

private:
  std::optional<std::string> textOf(const clang::Stmt &stmt);
  const clang::FieldDecl *partOf(const clang::Stmt &stmt) const;
  std::optional<std::string> argumentFor(const clang::FieldDecl &field,
                                         const clang::Stmt *user);

  Unit &unit;
  const Source &source;
  const RoundTrip &trip;
  const clang::VarDecl *item = nullptr;
  const clang::CompoundStmt *block = nullptr;
  llvm::DenseMap<const clang::FieldDecl *, unsigned> uses;
};

} // namespace heddle::checks
