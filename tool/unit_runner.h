#pragma once

#include "check_selection.h"
#include "finding.h"

#include "clang/Tooling/CompilationDatabase.h"

#include <map>
#include <memory>

namespace heddle::tool {

/// A translation unit: a main file and every command that compiles it.
struct Unit {
  std::string file;
  std::vector<clang::tooling::CompileCommand> commands;
};

/// File contents that stand in for what is on disk.
using Contents = std::map<std::string, std::string>;

/// What is to be done with a unit.
struct Request {
  Unit unit;
  CheckSelection selection;
  /// The project's root, outside of which no fix may edit.
  std::string root;
  std::shared_ptr<const Contents> edited;
  /// Files that are on disk and shall not be there.
  std::vector<std::string> absent;
  /// Where the result is to be kept, and under which name; empty for nowhere.
  std::string cache, cacheKey;
};

/// Runs the checks over the unit in this process, which a crash takes with it.
UnitResult lintUnit(const Request &request);

llvm::json::Value toJSON(const Request &);
bool fromJSON(const llvm::json::Value &, Request &, llvm::json::Path);

} // namespace heddle::tool
