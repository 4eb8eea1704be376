#include "change_review.h"

#include "comparison.h"
#include "fingerprint.h"
#include "include_names.h"
#include "merger.h"
#include "paths.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
namespace fs = llvm::sys::fs;

namespace heddle::tool {

std::vector<Option> changeOptions() {
  return {
      {"since", "REV",
       "only what was introduced since HEAD's history left that of REV:\n"
       "for a pull request, the branch that it goes to"},
      {"staged", "", "only what the staged change introduces"},
      {"shard", "I/N",
       "the I-th of N parts of the work; 'heddle merge' puts\n"
       "the reports together"},
  };
}

namespace {

Expected<Repository> repositoryOf(const Project &project) {
  Expected<Repository> ofProject = Repository::around(project.root());
  if (ofProject)
    return ofProject;
  Expected<Repository> here = Repository::around(currentDirectory());
  if (here) {
    consumeError(ofProject.takeError());
    return here;
  }
  consumeError(here.takeError());
  return makeError("--since and --staged need a git repository\n  " +
                   toString(ofProject.takeError()));
}

bool holdsCode(StringRef file) { return isSource(file) || isHeader(file); }

bool couldNotBeLinted(const UnitResult &result) {
  return any_of(result.problems, [](const Problem &problem) {
    return problem.kind == "parse" || problem.kind == "crash";
  });
}

/// What may include what, in any state of the change.
Expected<IncludeNames> readIncludes(const Project &project,
                                    const Change &change) {
  IncludeNames names;
  auto addFromDisk = [&](StringRef file) {
    if (auto buffer = MemoryBuffer::getFile(file))
      names.add(file, (*buffer)->getBuffer());
  };
  auto repository = repositoryOf(project);
  if (!repository)
    return repository.takeError();
  Expected<std::string> files = repository->git(
      {"ls-files", "-z", "--cached", "--others", "--exclude-standard"});
  if (!files)
    return files.takeError();
  SmallVector<StringRef> listed;
  StringRef(*files).split(listed, '\0', -1, /*KeepEmpty=*/false);
  for (StringRef file : listed)
    if (holdsCode(file))
      addFromDisk((repository->top() + "/" + file).str());
  for (const std::string &header : project.generatedHeaders())
    addFromDisk(header);
  for (const Unit &unit : project.units()) {
    addFromDisk(unit.file);
    names.add(unit);
  }
  for (const Snapshot *snapshot : {&change.before, &change.after})
    for (const auto &[file, text] : *snapshot->edited)
      if (holdsCode(file))
        names.add(file, text);
  return names;
}

} // namespace

Expected<std::optional<Change>> namedChange(const Project &project,
                                            const Arguments &arguments) {
  bool since = arguments.has("since"), staged = arguments.has("staged");
  if (!since && !staged)
    return std::nullopt;
  if (since && staged)
    return makeError("--since and --staged are two changes: name one");
  auto repository = repositoryOf(project);
  if (!repository)
    return repository.takeError();
  return staged ? stagedChange(*repository)
                : changeSince(*repository, arguments.get("since"));
}

Error ChangeReview::lintAfter(StringRef share) {
  auto names = readIncludes(project, change);
  if (!names)
    return names.takeError();
  std::set<std::string> files;
  StringSet<> changedNames;
  for (const ChangedFile &file : change.files)
    for (const std::string &path : {file.before, file.after})
      if (!path.empty()) {
        files.insert(path);
        changedNames.insert(sys::path::filename(path));
      }
  Project::Selection touched;
  for (auto [index, unit] : enumerate(project.units())) {
    StringSet<> &reached = reach[unit.file] = names->reachableFrom(unit.file);
    if (files.count(unit.file) || reached.contains("*") ||
        any_of(reached, [&](const auto &name) {
          return changedNames.contains(name.first());
        }))
      touched.units.push_back(index);
  }
  if (!share.empty()) {
    otherShards.insert(touched.units.begin(), touched.units.end());
    auto part = project.shard(std::move(touched), share);
    if (!part)
      return part.takeError();
    touched = std::move(*part);
    for (size_t unit : touched.units)
      otherShards.erase(unit);
  }

  std::vector<Unit> units;
  for (size_t index : touched.units)
    units.push_back(project.units()[index]);
  auto linted = linter.lint(units, "linting", [&](const Unit &unit) {
    return seenBy(change.after, unit);
  });
  for (auto [index, result] : zip(touched.units, linted))
    if (files.count(project.units()[index].file) ||
        any_of(result.dependencies, [&](const Dependency &dependency) {
          return files.count(dependency.file);
        }))
      results.emplace(index, std::move(result));
  return Error::success();
}

Snapshot ChangeReview::seenBy(const Snapshot &all, const Unit &unit) const {
  auto reached = reach.find(unit.file);
  if (reached == reach.end() || reached->second.contains("*"))
    return all;
  auto matters = [&](const std::string &file) {
    return file == unit.file ||
           reached->second.contains(sys::path::filename(file));
  };
  Snapshot result;
  Contents edited;
  for (const auto &[file, text] : *all.edited)
    if (matters(file))
      edited.emplace(file, text);
  result.edited = std::make_shared<const Contents>(std::move(edited));
  copy_if(all.absent, std::back_inserter(result.absent), matters);
  return result;
}

void ChangeReview::lintBefore() {
  std::map<std::string, const ChangedFile *> changed;
  for (const ChangedFile &file : change.files)
    if (!file.after.empty())
      changed[file.after] = &file;

  std::vector<Unit> units;
  for (const auto &[index, result] : results) {
    const Unit &unit = project.units()[index];
    auto file = changed.find(unit.file);
    if (file == changed.end())
      units.push_back(unit);
    else if (!file->second->before.empty())
      units.push_back(Project::movedTo(file->second->before, unit));
    if (!units.empty())
      reach.try_emplace(units.back().file, reach[unit.file]);
  }
  // Their findings may have moved to other files.
  size_t gone = units.size();
  for (const ChangedFile &file : change.files)
    if (file.after.empty() && isSource(file.before))
      units.push_back(project.formerUnit(file.before));

  auto linted =
      linter.lint(units, "linting " + change.base, [&](const Unit &unit) {
        return seenBy(change.before, unit);
      });
  Merger merger;
  for (auto [index, result] : enumerate(linted)) {
    const Unit &unit = units[index];
    if (index >= gone)
      erase_if(result.findings, [&](const Finding &finding) {
        return finding.message.where.file != unit.file;
      });
    merger.add(result.findings);
    if (!couldNotBeLinted(result))
      for (const Dependency &dependency : result.dependencies)
        lintedBefore.insert(dependency.file);
    else if (index < gone)
      failedBefore.push_back(unit.file);
  }
  findingsBefore = merger.take();
}

void ChangeReview::remark(Report &report) const {
  for (const std::string &file : failedBefore)
    report.remarks.push_back(formatv(
        "{0} did not parse at {1}: of its findings, those on lines that "
        "the change wrote count as introduced",
        displayPath(file), change.base));
  StringSet<> seen;
  for (const auto &[index, result] : results) {
    seen.insert(project.units()[index].file);
    for (const Dependency &dependency : result.dependencies)
      seen.insert(dependency.file);
  }
  for (const ChangedFile &file : change.files) {
    if (!holdsCode(file.after) || seen.contains(file.after) ||
        isLeftToOtherShards(file.after))
      continue;
    StringRef database = project.database();
    if (!isSource(file.after))
      report.remarks.push_back(
          formatv("{0} was not linted: no unit of {1} includes it",
                  displayPath(file.after), displayPath(database)));
    else
      report.remarks.push_back(
          formatv("{0} was not linted: it is not in {1}, so it is not built, "
                  "or the database is older than it",
                  displayPath(file.after), displayPath(database)));
  }
}

bool ChangeReview::isLeftToOtherShards(StringRef file) const {
  return any_of(otherShards, [&](size_t index) {
    const std::string &unit = project.units()[index].file;
    return unit == file || reach.at(unit).contains(sys::path::filename(file));
  });
}

Expected<Report> ChangeReview::run(ArrayRef<std::string> paths,
                                   StringRef share) {
  std::vector<std::string> wanted;
  for (const std::string &path : paths) {
    if (!fs::exists(path))
      return makeError("no such file or directory: " + path);
    wanted.push_back(realPath(path));
  }
  if (Error error = lintAfter(share))
    return std::move(error);
  lintBefore();

  Project::Selection touched;
  for (const auto &[index, result] : results)
    touched.units.push_back(index);
  Report report = linter.report(results, touched);
  compare(report, wanted);
  remark(report);
  return report;
}

void ChangeReview::eraseUnseen(std::vector<Finding> &before,
                               bool evenIfBroken) const {
  std::set<std::string> seen;
  for (const auto &[index, result] : results)
    if (evenIfBroken || !couldNotBeLinted(result))
      for (const Dependency &dependency : result.dependencies)
        seen.insert(dependency.file);
  std::map<std::string, std::string> names;
  for (const ChangedFile &file : change.files)
    names[file.before] = file.after;
  erase_if(before, [&](const Finding &finding) {
    const std::string &file = finding.message.where.file;
    auto changed = names.find(file);
    const std::string &after = changed == names.end() ? file : changed->second;
    return !after.empty() && !seen.count(after);
  });
}

void ChangeReview::compare(Report &report, ArrayRef<std::string> paths) {
  Sources before, after;
  before.edit(*change.before.edited);
  after.edit(*change.after.edited);
  eraseUnseen(findingsBefore, /*evenIfBroken=*/true);
  for (Finding &finding : findingsBefore)
    finding.fingerprint = fingerprint(finding, before);
  for (Finding &finding : report.findings)
    finding.fingerprint = fingerprint(finding, after);
  Comparison comparison{
      change, std::move(findingsBefore), std::move(report.findings), before,
      after,  std::move(lintedBefore)};
  Comparison::Result result = comparison.compare();
  eraseUnseen(result.fixed, /*evenIfBroken=*/false);
  auto leaveOut = [&](std::vector<Finding> &findings) {
    if (!paths.empty())
      erase_if(findings, [&](const Finding &finding) {
        return none_of(paths, [&](StringRef path) {
          return isUnder(finding.message.where.file, path);
        });
      });
    return std::move(findings);
  };
  report.findings = leaveOut(result.introduced);
  report.comparison = {change.base, leaveOut(result.known),
                       leaveOut(result.fixed)};
}

} // namespace heddle::tool
