#pragma once

#include "command.h"
#include "finding.h"
#include "project.h"
#include "sources.h"

#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
}

namespace heddle::tool {

struct Report {
  const Project *project = nullptr;
  size_t units = 0;
  /// The arguments that select the same for another command.
  std::string selectionWords;
  /// In order of place.
  std::vector<Finding> findings;

  struct UnitProblem {
    std::string unit;
    Problem problem;
  };
  std::vector<UnitProblem> problems;

  /// Why the fix must not be made: what it edits is not the project's.
  std::optional<std::string> whyNot(const Fix &fix) const;

  /// The fix that a command would make: a safe one before one for review.
  /// Null if there is none, or it touches what must not be written.
  const Fix *usableFix(const Finding &finding) const;

  /// `Failed` if a unit could not be linted, `Findings` if there is one as
  /// severe as `failOn`.
  ExitStatus status(llvm::StringRef failOn) const;
};

/// The tier of a check, as `bug`, `cost` or `advice`.
llvm::StringRef tierOf(llvm::StringRef check);

/// The values of --format, one file each in report/.
Option formatOption();
void printReport(const Report &report, Sources &sources,
                 llvm::StringRef format);

/// Tells on stderr what could not be linted, and why.
void printProblems(const Report &report, Sources &sources);

void printText(const Report &report, Sources &sources, llvm::raw_ostream &out);
void printJson(const Report &report, Sources &sources, llvm::raw_ostream &out);

} // namespace heddle::tool
