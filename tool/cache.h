#pragma once

#include "command.h"
#include "inputs.h"
#include "unit_runner.h"

namespace heddle::tool {

/// The options of every command that lints.
std::vector<Option> cacheOptions();

/// Results of earlier runs, by what they depend on: the program, the unit's
/// command and main file, the configuration, and every other file that was read
/// or looked for. An entry of which anything is different or damaged is as good
/// as none.
///
/// Entries are files that are written aside and renamed, so any number of
/// processes may share a directory, and processes on other machines too: paths
/// in the project are kept relative to its root.
class Cache {
public:
  /// What the arguments ask for. Nothing if they refuse it, or none is asked
  /// for and there is no place for it. Fails if one is asked for and cannot be.
  static llvm::Expected<std::optional<Cache>> open(const Arguments &arguments);

  explicit Cache(std::string directory) : directory(std::move(directory)) {}

  llvm::StringRef path() const { return directory; }

  /// Keeps what the unit's result is, if it can be told later that it still is.
  void store(const Request &request, std::vector<Input> inputs,
             UnitResult result) const;

  /// Removes what was not used for longest where there is too much.
  void prune() const;

private:
  friend class CacheLookup;

  std::string nameOf(const llvm::Twine &key) const;

  std::string directory;
};

/// One look at the cache, while which files are taken to stay as they are.
class CacheLookup {
public:
  CacheLookup(const Cache &cache, llvm::StringRef root, const Contents &edited,
              llvm::ArrayRef<std::string> absent);

  /// What names the request's entries.
  std::string keyOf(const Request &request);

  std::optional<UnitResult> find(llvm::StringRef key);

private:
  std::optional<UnitResult> read(llvm::StringRef name);
  bool holds(llvm::StringRef run);

  const Cache &cache;
  const std::string root;
  FileStates files;
  /// The part of every key that is the same.
  std::string common;
  /// Whether each run of inputs holds, so that what units share is looked at
  /// once.
  llvm::StringMap<bool> runs;
};

} // namespace heddle::tool
