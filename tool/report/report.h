#pragma once

#include "command.h"
#include "finding.h"
#include "project.h"
#include "sources.h"

#include <set>
#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
}

namespace heddle::tool {

struct Report {
  /// Real, and what the paths in a report for programs are relative to.
  std::string root;
  /// Null if the report was read from files.
  const Project *project = nullptr;
  size_t units = 0;
  /// Those of them that have not changed since an earlier run.
  size_t cachedUnits = 0;
  /// Every file of a unit that was linted.
  std::set<std::string> linted;
  /// The arguments that select the same for another command.
  std::string selectionWords;
  /// In order of place.
  std::vector<Finding> findings;

  struct UnitProblem {
    std::string unit;
    Problem problem;
  };
  std::vector<UnitProblem> problems;

  /// What a person should know of the run, and need not act on.
  std::vector<std::string> remarks;

  /// What the findings were compared with: those that were there before are
  /// left out of the report.
  struct Comparison {
    /// In words: "main (cb74d47a1b)".
    std::string with;
    std::vector<Finding> known, fixed;
  };
  std::optional<Comparison> comparison;

  /// The file of accepted findings, and how many it covers here.
  struct Accepted {
    std::string file;
    size_t count = 0;
  };
  std::optional<Accepted> accepted;

  /// Why the fix must not be made: what it edits is not the project's.
  std::optional<std::string> whyNot(const Fix &fix) const;

  /// The fix that a command would make: a safe one before one for review.
  /// Null if there is none, or it touches what must not be written.
  const Fix *usableFix(const Finding &finding) const;

  /// `Failed` if a unit could not be linted, `Findings` if there is one as
  /// severe as `failOn`.
  ExitStatus status(llvm::StringRef failOn) const;

  /// Relative to the root, in UTF-8.
  std::string path(llvm::StringRef file) const;

  /// The fingerprints of the findings, in their order, as "hash:1", "hash:2"
  /// where a file has several with the same.
  std::vector<std::string> numberedFingerprints() const;

  /// "2 bug, 1 cost".
  std::string tierCounts() const;
};

/// The tier of a check, as `bug`, `cost` or `advice`.
llvm::StringRef tierOf(llvm::StringRef check);

/// The one of three words that fits: for a bug or what `WarningsAsErrors`
/// names, for a cost, for advice.
llvm::StringRef bySeverity(const Finding &finding, llvm::StringRef bug,
                           llvm::StringRef cost, llvm::StringRef advice);

/// What could not be done with a unit: "did not parse".
llvm::StringRef describe(const Problem &problem);

/// "1 finding", "2 findings".
std::string counted(size_t count, llvm::StringRef noun);

/// The values of --format, one file each in report/.
Option formatOption();
void printReport(const Report &report, Sources &sources,
                 llvm::StringRef format);

/// Tells on stderr what could not be linted, and why.
void printProblems(const Report &report, Sources &sources);

using Printer = void(const Report &report, Sources &sources,
                     llvm::raw_ostream &out);
Printer printText, printJson, printSarif, printGithub, printGitlab,
    printCheckstyle, printHtml;

} // namespace heddle::tool
