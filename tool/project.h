#pragma once

#include "command.h"
#include "unit_runner.h"

#include <optional>

namespace heddle::tool {

bool isHeader(llvm::StringRef file);
/// Whether the file would be a unit if it were built.
bool isSource(llvm::StringRef file);

/// The options that say which project a command is about.
std::vector<Option> projectOptions();

/// The units of a compile database, and which files are the project's own.
class Project {
public:
  /// Reads the database that the arguments name, or the nearest one.
  static llvm::Expected<Project> open(const Arguments &arguments);

  const std::vector<Unit> &units() const { return allUnits; }
  llvm::StringRef root() const { return rootDirectory; }

  struct Selection {
    /// Indices of units that are meant themselves.
    std::vector<size_t> units;
    /// Headers that are meant, and that some unit includes.
    std::vector<std::string> headers;
  };
  /// What the paths mean: units, the units under a directory, or headers.
  /// Everything if there are none.
  llvm::Expected<Selection> select(llvm::ArrayRef<std::string> paths) const;

  /// The part of the selection that is the I-th of N shards, for "I/N".
  llvm::Expected<Selection> shard(Selection selection,
                                  llvm::StringRef share) const;

  /// The units in the order in which they are worth trying to find one that
  /// includes `header`.
  std::vector<size_t> likelyIncluders(llvm::StringRef header) const;

  /// The headers in the build tree.
  std::vector<std::string> generatedHeaders() const;

  /// A unit that is no longer there, as its neighbours are compiled.
  Unit formerUnit(llvm::StringRef file) const;

  llvm::StringRef database() const { return databaseFile; }

  /// Why the file must not be written, in words; nothing if it may be.
  std::optional<std::string> whyReadOnly(llvm::StringRef file) const;

  /// The unit, compiled the same, of a file that lies elsewhere.
  static Unit movedTo(llvm::StringRef file, Unit unit);

private:
  llvm::Error load(llvm::StringRef databaseFile);
  llvm::Error loadFixed(const Arguments &arguments);

  std::vector<Unit> allUnits;
  std::string rootDirectory;
  /// Where generated files are; empty if it is not apart from the sources.
  std::string buildDirectory;
  std::string databaseFile;
};

} // namespace heddle::tool
