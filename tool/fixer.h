#pragma once

#include "linter.h"

#include <set>

namespace heddle::tool {

/// Makes the fixes that the checks offer, round by round until there are none
/// left. Works on contents in memory; nothing is written.
///
/// A round makes every fix that no other stands in the way of, and is then
/// linted. A fix after which a unit no longer parses, or its finding is still
/// there, or a new one is where it wrote, is taken back for good.
class Fixer {
public:
  Fixer(const Project &project, Linter &linter, Project::Selection selection,
        bool unsafe)
      : project(project), linter(linter), selection(std::move(selection)),
        unsafe(unsafe) {}

  llvm::Error run();

  struct Made {
    Finding finding;
    /// Where it was, for a person: the text changes under the offsets.
    Position position;
  };
  std::vector<Made> made;

  /// The files that change, as they are on disk and as they shall be.
  Contents before, after;

  /// What is left to find, with the reasons why fixes were not made.
  Report report();
  Sources sources;

private:
  struct Candidate {
    Finding finding;
    std::vector<Edit> edits;
    std::string identity;
  };
  /// What the unit results would be with a set of fixes made.
  struct Trial {
    Contents contents;
    Linter::Results results;
    /// Why the fixes cannot all stand; empty if they can.
    std::string fault;
    /// Indices of the fixes that are at fault, if that is known.
    std::vector<size_t> culprits;
  };

  std::vector<Candidate> candidates();
  std::vector<Candidate> withoutConflicts(std::vector<Candidate> all) const;
  std::optional<std::string> whyNot(const Candidate &candidate);
  void lintTheRest(const std::vector<Candidate> &chosen);
  void freeze();

  void makeWhatHolds(llvm::ArrayRef<Candidate> fixes,
                     std::vector<Candidate> &kept, Trial &state);
  Trial attempt(const std::vector<Candidate> &fixes);
  void judge(Trial &trial, const std::vector<Candidate> &fixes);
  std::string identify(const Finding &finding, const Fix &fix);

  const Project &project;
  Linter &linter;
  Project::Selection selection;
  const bool unsafe;

  Linter::Results results;
  /// Files of units that cannot be linted: no fix there could be verified.
  std::set<std::string> frozen;
  bool headersFrozen = false, allLinted = false;
  /// Why a fix was not made, or was taken back, by its identity.
  std::map<std::string, std::string> refused;
  /// Files that fixes would have to write but cannot, and why.
  std::map<std::string, std::string> unwritable;
};

} // namespace heddle::tool
