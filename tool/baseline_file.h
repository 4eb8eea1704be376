#pragma once

#include "finding.h"

#include "llvm/Support/Error.h"

#include <map>
#include <set>

namespace heddle::tool {

/// A file of findings that a project has accepted, one a line, so that versions
/// of it merge. An entry names a check, a file relative to the root and a
/// fingerprint, and no line: code above it may change.
class Baseline {
public:
  /// Fails with file and line if the text is not a baseline.
  static llvm::Expected<Baseline> read(llvm::StringRef file,
                                       llvm::StringRef root);
  static llvm::Expected<Baseline>
  parse(llvm::StringRef text, llvm::StringRef file, llvm::StringRef root);

  struct Entry {
    std::string check, file, fingerprint;
    /// For people: what the finding said.
    std::string message;
    unsigned count = 1;
    unsigned line = 0;
  };

  Baseline(llvm::StringRef root, const std::vector<Finding> &findings);

  struct Match {
    std::vector<Finding> fresh, accepted;
    /// What no finding is left of, as far as the linted files tell.
    std::vector<Entry> stale;
  };
  /// Sets the findings apart. An entry whose file has no such finding any more
  /// accepts one in another file: code moves. `linted` holds real paths.
  Match match(const std::vector<Finding> &findings,
              const std::set<std::string> &linted) const;

  /// This one without what is stale.
  Baseline without(const std::vector<Entry> &stale) const;
  /// With entries of the other for files that were not linted.
  void keepUnlinted(const Baseline &old, const std::set<std::string> &linted);

  std::string text() const;
  size_t size() const;

  /// "a.baseline:3: nothing is left of …".
  static std::string describeStale(const Entry &entry, llvm::StringRef file);

private:
  explicit Baseline(llvm::StringRef root) : root(root.str()) {}
  Entry entryOf(const Finding &finding) const;
  void add(Entry entry);
  bool wasLinted(const Entry &entry, const std::set<std::string> &linted) const;

  using Key = std::tuple<std::string, std::string, std::string>;
  static Key keyOf(const Entry &entry) {
    return {entry.file, entry.check, entry.fingerprint};
  }

  std::string root;
  std::map<Key, Entry> entries;
};

} // namespace heddle::tool
