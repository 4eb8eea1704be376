#pragma once

#include "llvm/Support/JSON.h"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace heddle::tool {

/// A stretch of a file in bytes, as Clang counts them. Paths are absolute with
/// symbolic links resolved, so that one file has one name; empty means nowhere.
struct Span {
  std::string file;
  unsigned offset = 0;
  unsigned length = 0;

  auto key() const { return std::tie(file, offset, length); }
};

struct Edit {
  Span where;
  std::string text;

  auto key() const { return std::tuple_cat(where.key(), std::tie(text)); }
  bool operator==(const Edit &other) const { return key() == other.key(); }
};

/// A group of edits that are made together or not at all.
struct Fix {
  /// A safe fix keeps the meaning for every input; another needs a person.
  bool safe = false;
  /// Why it needs a person; empty for a safe one.
  std::string description;
  /// In order of file and offset, without overlaps.
  std::vector<Edit> edits;

  bool operator==(const Fix &other) const {
    return safe == other.safe && edits == other.edits;
  }
};

struct Message {
  std::string text;
  Span where;
  std::vector<Span> ranges;
};

struct Finding {
  std::string check;
  Message message;
  std::vector<Message> notes;
  std::vector<Fix> fixes;
  /// `WarningsAsErrors` of the configuration names its check.
  bool isError = false;
  /// Set when a report is put together: see fingerprint.h.
  std::string fingerprint;
};

/// Why a unit could not be linted, or not wholly.
struct Problem {
  /// "parse", "crash", "configuration", "missing" or "write".
  std::string kind;
  Message message;
  std::vector<Message> notes;
  /// The check that was running, where a crash is known to be in one.
  std::string check;
};

/// A file that a unit read outside the system's directories, with a hash of
/// the content it saw.
struct Dependency {
  std::string file;
  std::uint64_t hash = 0;
};

struct UnitResult {
  std::vector<Finding> findings;
  std::vector<Problem> problems;
  std::vector<Dependency> dependencies;
  /// It was found before, and nothing that it depends on has changed.
  bool isCached = false;
};

/// The form in which a worker hands its result to the command. Not the report
/// format: that is report/json.cpp.
llvm::json::Value toJSON(const UnitResult &);
bool fromJSON(const llvm::json::Value &, UnitResult &, llvm::json::Path);

/// Bytes that need not be UTF-8, for a JSON string and back.
std::string encodeBytes(llvm::StringRef bytes);
std::optional<std::string> decodeBytes(llvm::StringRef encoded);

} // namespace heddle::tool
