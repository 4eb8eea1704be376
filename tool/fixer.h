#pragma once

#include "chooser.h"
#include "linter.h"
#include "verifier.h"

#include <set>

namespace heddle::tool {

/// Makes the fixes that the checks offer, round by round until there are none
/// left. Works on contents in memory; only for a verifier are they written as
/// it goes.
///
/// A round makes every fix that no other stands in the way of, and is then
/// linted. A fix after which a unit no longer parses, or its finding is still
/// there, or a new one is where it wrote, is taken back for good.
class Fixer {
public:
  Fixer(const Project &project, Linter &linter, Project::Selection selection,
        bool unsafe, const Verifier *verifier, Chooser *chooser)
      : project(project), linter(linter), selection(std::move(selection)),
        unsafe(unsafe), verifier(verifier), chooser(chooser) {}

  llvm::Error run();

  /// Makes the files on the disk read as in `after`.
  llvm::Error write() { return show(after); }

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
    /// Why a person should look at it; empty for a safe one.
    std::string review;
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

  void ask(std::vector<Candidate> &kept, Trial &state);
  void tryOut(Trial &trial, const Contents &contents);
  llvm::Error settleOnDisk(const Trial &state);
  llvm::Error show(const Contents &wanted);

  const Project &project;
  Linter &linter;
  Project::Selection selection;
  const bool unsafe;
  /// Null where parsing is enough, and where nobody is asked.
  const Verifier *const verifier;
  Chooser *const chooser;
  bool tryOnDisk = false;
  /// Why the run cannot go on.
  std::string stopped;
  /// The files that have been written, as they are now.
  Contents onDisk;

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
