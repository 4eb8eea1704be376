#pragma once

#include "change.h"

#include <set>

namespace heddle::tool {

/// Findings before and after a change, to be set apart.
struct Comparison {
  const Change &change;
  /// With their fingerprints.
  std::vector<Finding> before, after;
  Sources &sourcesBefore, &sourcesAfter;
  /// The files, by their names before, that were linted there. Of others it is
  /// not known what they held: findings count as new on lines that the change
  /// wrote.
  std::set<std::string> lintedBefore;

  struct Result {
    std::vector<Finding> introduced, known, fixed;
  };
  /// A finding was there before if there was one of its check on the line that
  /// its line was; else one of the same fingerprint in the file; else one in
  /// another file that the change took away there: its code has moved.
  Result compare() const;
};

} // namespace heddle::tool
