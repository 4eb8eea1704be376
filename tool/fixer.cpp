#include "fixer.h"

#include "diff.h"
#include "file_writer.h"
#include "merged_edits.h"
#include "paths.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

#include <map>

using namespace llvm;

namespace heddle::tool {
namespace {

/// Each round makes or refuses a fix, so only fixes that undo each other get
/// here.
constexpr unsigned mostRounds = 50;

using Tally = std::map<std::tuple<StringRef, StringRef, StringRef>, int>;

Tally tally(const Linter::Results &results) {
  Tally counts;
  for (const auto &[unit, result] : results)
    for (const Finding &finding : result.findings)
      ++counts[{finding.check, finding.message.where.file,
                finding.message.text}];
  return counts;
}

} // namespace

Error Fixer::run() {
  results = linter.lint(selection);
  freeze();
  for (unsigned round = 0; round < mostRounds; ++round) {
    std::vector<Candidate> chosen = withoutConflicts(candidates());
    if (chosen.empty())
      return Error::success();
    lintTheRest(chosen);

    for (const Candidate &candidate : chosen)
      for (const Edit &edit : candidate.edits)
        before.try_emplace(edit.where.file, sources.text(edit.where.file));
    for (const auto &[unit, result] : results)
      for (const Dependency &read : result.dependencies)
        if (auto it = before.find(read.file);
            it != before.end() && !after.count(read.file) &&
            xxh3_64bits(it->second) != read.hash)
          return makeError(displayPath(read.file) +
                           " was changed while it was linted; run again");

    std::vector<Candidate> kept;
    Trial state;
    tryOnDisk = verifier && !chooser;
    if (tryOnDisk && round == 0)
      if (std::optional<std::string> why = verifier->whyFails())
        return makeError(*why + "\n  it fails before anything is fixed: "
                                "nothing was changed");
    makeWhatHolds(chosen, kept, state);
    if (chooser)
      ask(kept, state);
    if (Error error = settleOnDisk(state))
      return error;
    for (const Candidate &candidate : kept)
      made.push_back(
          {candidate.finding, sources.locate(candidate.finding.message.where)});
    for (auto &[file, text] : state.contents)
      after[file] = text;
    for (auto &[unit, result] : state.results)
      results[unit] = std::move(result);
    sources.edit(state.contents);
    if (chooser && chooser->hasEnded())
      return Error::success();
  }
  for (const Candidate &candidate : candidates())
    refused[candidate.identity] = "the fixes keep bringing each other back";
  return Error::success();
}

Report Fixer::report() {
  Report report = linter.report(results, selection);
  for (Finding &finding : report.findings)
    erase_if(finding.fixes, [&](const Fix &fix) {
      auto reason = refused.find(identify(finding, fix));
      if (reason == refused.end())
        return false;
      finding.notes.push_back({"no fix: " + reason->second, {}, {}});
      return true;
    });
  for (const auto &[file, reason] : unwritable)
    report.problems.push_back({file, {"write", {reason, {}, {}}, {}, ""}});
  return report;
}

/// What tells a fix from others in every round: not the offsets, which move.
std::string Fixer::identify(const Finding &finding, const Fix &fix) {
  const Span &where = finding.message.where;
  std::string identity =
      finding.check + "\n" + where.file + "\n" +
      sources.line(where.file, sources.locate(where).line).trim().str();
  for (const Edit &edit : fix.edits)
    identity += "\n" + edit.text;
  return identity;
}

/// Fixes are verified by linting, so what could not be linted stays as it is.
void Fixer::freeze() {
  for (const auto &[unit, result] : results) {
    if (result.problems.empty())
      continue;
    frozen.insert(project.units()[unit].file);
    for (const Dependency &read : result.dependencies)
      frozen.insert(read.file);
    headersFrozen |= result.dependencies.empty();
  }
}

std::vector<Fixer::Candidate> Fixer::candidates() {
  Report report = this->report();
  std::vector<Candidate> all;
  for (const Finding &finding : report.findings) {
    const Fix *fix = report.usableFix(finding);
    if (!fix || !(fix->safe || unsafe))
      continue;
    Candidate candidate{finding, fix->edits, identify(finding, *fix),
                        fix->description};
    if (std::optional<std::string> reason = whyNot(candidate))
      refused[candidate.identity] = *reason;
    else
      all.push_back(std::move(candidate));
  }
  return all;
}

std::optional<std::string> Fixer::whyNot(const Candidate &candidate) {
  for (const Edit &edit : candidate.edits) {
    const std::string &file = edit.where.file;
    bool isMain = any_of(project.units(),
                         [&](const Unit &unit) { return unit.file == file; });
    if (frozen.count(file) || (headersFrozen && !isMain))
      return "a unit that has " + displayPath(file) +
             " in it could not be linted, so the fix cannot be verified";
    if (auto reason = whyUnwritable(file)) {
      unwritable[file] = *reason;
      return displayPath(file) + " cannot be written: " + *reason;
    }
    if (size_t(edit.where.offset) + edit.where.length >
        sources.text(file).size())
      return displayPath(file) + " was changed while it was linted";
  }
  return std::nullopt;
}

/// A fix may edit nothing inside the extent of another: the one that comes
/// later in the file waits for the next round, where the checks see what the
/// first has made.
std::vector<Fixer::Candidate>
Fixer::withoutConflicts(std::vector<Candidate> all) const {
  std::vector<Candidate> chosen;
  std::map<std::string, std::map<unsigned, unsigned>> taken;
  for (Candidate &candidate : all) {
    auto wanted = extents(candidate.edits);
    bool isKnown = any_of(chosen, [&](const Candidate &other) {
      return other.edits == candidate.edits;
    });
    bool conflicts = any_of(wanted, [&](const auto &entry) {
      auto [begin, end] = entry.second;
      return any_of(taken[entry.first], [&, b = begin, e = end](auto &other) {
        return b <= other.second && other.first <= e;
      });
    });
    if (conflicts && !isKnown)
      continue;
    for (const auto &[file, extent] : wanted)
      taken[file].insert(extent);
    chosen.push_back(std::move(candidate));
  }
  return chosen;
}

/// A header that is edited is in units that were not asked for, too: they have
/// to parse as well.
void Fixer::lintTheRest(const std::vector<Candidate> &chosen) {
  auto isMain = [&](StringRef file) {
    return any_of(selection.units, [&](size_t unit) {
      return project.units()[unit].file == file;
    });
  };
  bool editsHeader = any_of(chosen, [&](const Candidate &candidate) {
    return any_of(candidate.edits,
                  [&](const Edit &edit) { return !isMain(edit.where.file); });
  });
  if (!editsHeader || allLinted)
    return;
  allLinted = true;
  std::vector<size_t> rest;
  for (size_t unit = 0; unit < project.units().size(); ++unit)
    if (!results.count(unit))
      rest.push_back(unit);
  auto contents = std::make_shared<const Contents>(after);
  results.merge(linter.lint(rest, "checking", contents));
}

/// Makes as many of the fixes as hold together with those already kept, by
/// halves, so that one that does not costs a few trials and not one for each.
void Fixer::makeWhatHolds(ArrayRef<Candidate> fixes,
                          std::vector<Candidate> &kept, Trial &state) {
  std::vector<Candidate> wanted = fixes.vec();
  while (!wanted.empty() && stopped.empty()) {
    std::vector<Candidate> all = kept;
    append_range(all, wanted);
    Trial trial = attempt(all);
    if (trial.fault.empty()) {
      kept = std::move(all);
      state = std::move(trial);
      return;
    }
    std::vector<Candidate> innocent;
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (wanted.size() == 1 || is_contained(trial.culprits, i + kept.size()))
        refused[wanted[i].identity] = trial.fault;
      else
        innocent.push_back(wanted[i]);
    }
    if (innocent.size() == wanted.size()) {
      size_t half = wanted.size() / 2;
      makeWhatHolds(ArrayRef(wanted).take_front(half), kept, state);
      makeWhatHolds(ArrayRef(wanted).drop_front(half), kept, state);
      return;
    }
    wanted = std::move(innocent);
  }
}

Fixer::Trial Fixer::attempt(const std::vector<Candidate> &fixes) {
  Trial trial;
  for (const auto &[file, edits] : editsByFile(fixes))
    trial.contents[file] = apply(sources.text(file), edits);

  std::vector<size_t> affected;
  for (const auto &[unit, result] : results)
    if (any_of(result.dependencies, [&](const Dependency &read) {
          return trial.contents.count(read.file) != 0;
        }))
      affected.push_back(unit);
  auto contents = std::make_shared<Contents>(after);
  for (const auto &[file, text] : trial.contents)
    (*contents)[file] = text;
  trial.results = linter.lint(affected, "verifying", contents);
  judge(trial, fixes);
  if (trial.fault.empty() && tryOnDisk)
    tryOut(trial, *contents);
  return trial;
}

/// The project's own command sees what is on the disk.
void Fixer::tryOut(Trial &trial, const Contents &contents) {
  InterruptGuard guard;
  if (Error error = show(contents)) {
    stopped = toString(std::move(error));
    trial.fault = stopped;
    return;
  }
  if (std::optional<std::string> why = verifier->whyFails())
    trial.fault = "with it, " + *why;
  if (!guard.wasInterrupted())
    return;
  stopped = "interrupted";
  if (Error error = show(after))
    stopped += "; " + toString(std::move(error));
  trial.fault = stopped;
}

/// Leaves on the disk what has been found to hold.
Error Fixer::settleOnDisk(const Trial &state) {
  if (!stopped.empty())
    return makeError(stopped + "\n  what was verified before is kept");
  if (!verifier)
    return Error::success();
  Contents wanted = after;
  for (const auto &[file, text] : state.contents)
    wanted[file] = text;
  return show(wanted);
}

Error Fixer::show(const Contents &wanted) {
  Contents from, to;
  for (const auto &[file, text] : before) {
    auto found = wanted.find(file);
    const std::string &is = onDisk.try_emplace(file, text).first->second;
    const std::string &shall = found == wanted.end() ? text : found->second;
    if (is != shall) {
      from[file] = is;
      to[file] = shall;
    }
  }
  if (Error error = writeFiles(from, to))
    return error;
  for (auto &[file, text] : to)
    onDisk[file] = std::move(text);
  return Error::success();
}

/// Keeps those that a person wants; only they are tried on the disk.
void Fixer::ask(std::vector<Candidate> &kept, Trial &state) {
  std::vector<Candidate> wanted;
  for (const Candidate &candidate : kept) {
    const Span &where = candidate.finding.message.where;
    bool wants = chooser->wants(where.file, [&] {
      outs() << formatv("{0}:{1}: {2} [{3}]\n", displayPath(where.file),
                        sources.locate(where).line,
                        candidate.finding.message.text,
                        candidate.finding.check);
      if (!candidate.review.empty())
        outs() << "to review: " << candidate.review << "\n";
      for (const auto &[file, edits] : editsByFile(ArrayRef(candidate)))
        printDiff(displayPath(file), sources.text(file),
                  apply(sources.text(file), edits), outs());
    });
    if (wants)
      wanted.push_back(candidate);
    else
      refused[candidate.identity] = "it was not wanted";
  }
  tryOnDisk = verifier != nullptr;
  if (wanted.size() == kept.size() && !tryOnDisk)
    return;
  kept.clear();
  state = {};
  makeWhatHolds(wanted, kept, state);
}

void Fixer::judge(Trial &trial, const std::vector<Candidate> &fixes) {
  Linter::Results old;
  for (const auto &[unit, result] : trial.results) {
    if (!result.problems.empty() && results[unit].problems.empty()) {
      trial.fault = "with it, " + displayPath(project.units()[unit].file) +
                    " does not parse: " + result.problems.front().message.text;
      return;
    }
    old[unit] = results[unit];
  }

  Tally was = tally(old), is = tally(trial.results);
  EditsByFile edits = editsByFile(fixes);
  for (size_t i = 0; i < fixes.size(); ++i) {
    const Finding &finding = fixes[i].finding;
    for (const auto &[unit, result] : trial.results)
      for (const Finding &now : result.findings) {
        const Span &place = now.message.where;
        auto inside = [&](std::pair<unsigned, unsigned> range) {
          return range.first <= place.offset && place.offset <= range.second;
        };
        bool remains =
            now.check == finding.check &&
            place.file == finding.message.where.file &&
            now.message.text == finding.message.text &&
            inside(shifted(finding.message.where.offset,
                           sources.text(place.file), edits[place.file]));
        auto key = std::make_tuple(StringRef(now.check), StringRef(place.file),
                                   StringRef(now.message.text));
        bool isNew =
            is[key] > was[key] && any_of(fixes[i].edits, [&](const Edit &edit) {
              if (edit.where.file != place.file || isInclude(edit))
                return false;
              StringRef text = sources.text(place.file);
              auto begin =
                  shifted(edit.where.offset, text, edits[place.file]).first;
              auto end = shifted(edit.where.offset + edit.where.length, text,
                                 edits[place.file])
                             .second;
              return inside({begin, end});
            });
        if (!remains && !isNew)
          continue;
        trial.fault = remains
                          ? "it does not cure what it is for"
                          : "it brings " + now.check + ": " + now.message.text;
        if (!is_contained(trial.culprits, i))
          trial.culprits.push_back(i);
      }
  }
}

} // namespace heddle::tool
