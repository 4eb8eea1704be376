#pragma once

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace heddle::tool {

/// A file of an editor's configuration.
struct SetupFile {
  std::string path;
  /// All of it, if there is no such file.
  std::string text;
  /// One JSON key and its value, where the file is an object that may say other
  /// things, too; empty if only the whole text will do.
  std::string key = {}, value = {};

  bool isIn(llvm::StringRef present) const;

  /// `present` with the key. Fails with the end of a sentence on why not.
  llvm::Expected<std::string> addTo(llvm::StringRef present) const;
};

struct Setup {
  std::vector<SetupFile> files;
  /// What is left to do for a person.
  std::string next;
};

/// What makes the editor use `server` for C++.
Setup editorSetup(llvm::StringRef editor, llvm::StringRef server);

/// What tells clangd where the compile database is.
SetupFile databaseSetup(llvm::StringRef directory);

} // namespace heddle::tool
