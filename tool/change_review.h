#pragma once

#include "change.h"

#include "llvm/ADT/StringSet.h"

#include <set>

namespace heddle::tool {

/// The options that make a command look at a change.
std::vector<Option> changeOptions();

/// The change that the arguments name, if they name one.
llvm::Expected<std::optional<Change>> namedChange(const Project &project,
                                                  const Arguments &arguments);

/// Lints the units that a change touches, itself or through a header, as they
/// are and as they were before. Reports what the change introduced, and tells
/// the rest apart as known or fixed.
class ChangeReview {
public:
  ChangeReview(const Project &project, Linter &linter, const Change &change)
      : project(project), linter(linter), change(change) {}

  /// `paths` and `share` narrow it down as they do without a change.
  llvm::Expected<Report> run(llvm::ArrayRef<std::string> paths,
                             llvm::StringRef share);

private:
  llvm::Error lintAfter(llvm::StringRef share);
  void lintBefore();
  Snapshot seenBy(const Snapshot &all, const Unit &unit) const;
  void compare(Report &report, llvm::ArrayRef<std::string> paths);
  /// A finding is not gone because no unit looks at its file any more, or none
  /// that parses.
  void eraseUnseen(std::vector<Finding> &before, bool evenIfBroken) const;
  void remark(Report &report) const;
  bool isLeftToOtherShards(llvm::StringRef file) const;

  const Project &project;
  Linter &linter;
  const Change &change;

  /// Units that the change may touch, as far as names tell, but that are other
  /// shards' to lint.
  std::set<size_t> otherShards;
  /// Of the units that the change does touch.
  Linter::Results results;
  std::vector<Finding> findingsBefore;
  std::set<std::string> lintedBefore;
  /// Units that could not be linted as they were.
  std::vector<std::string> failedBefore;
  /// Names that a file may come to include, by the file.
  std::map<std::string, llvm::StringSet<>> reach;
};

} // namespace heddle::tool
