#include "merger.h"
#include "paths.h"
#include "report/read_json.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"

#include <set>

using namespace llvm;

namespace heddle::tool {
namespace {

/// What one shard saw go and another saw come has moved.
void pairMoved(Report &report) {
  if (!report.comparison)
    return;
  std::multimap<std::pair<std::string, std::string>, size_t> gone;
  std::vector<Finding> &fixed = report.comparison->fixed;
  for (auto [index, finding] : enumerate(fixed))
    gone.emplace(std::pair(finding.check, finding.fingerprint), index);
  std::set<size_t> moved;
  erase_if(report.findings, [&](const Finding &finding) {
    auto it = gone.find({finding.check, finding.fingerprint});
    if (it == gone.end())
      return false;
    moved.insert(it->second);
    gone.erase(it);
    report.comparison->known.push_back(finding);
    return true;
  });
  size_t index = 0;
  erase_if(fixed, [&](const Finding &) { return moved.count(index++) > 0; });
}

/// One report of the shards' reports.
Expected<Report> merge(std::vector<Report> parts) {
  Report whole;
  Merger findings, known, fixed;
  std::set<std::tuple<std::string, std::string, std::string, unsigned>> told;
  std::set<std::string> remarks;
  for (Report &part : parts) {
    if (part.comparison.has_value() != parts.front().comparison.has_value() ||
        (part.comparison &&
         part.comparison->with != parts.front().comparison->with))
      return makeError("the reports are of different changes, or of a change "
                       "and of a whole project");
    whole.units += part.units;
    findings.add(part.findings);
    if (part.comparison) {
      known.add(part.comparison->known);
      fixed.add(part.comparison->fixed);
    }
    for (Report::UnitProblem &entry : part.problems) {
      const Message &message = entry.problem.message;
      if (told.emplace(entry.unit, message.text, message.where.file,
                       message.where.offset)
              .second)
        whole.problems.push_back(std::move(entry));
    }
    for (std::string &remark : part.remarks)
      if (remarks.insert(remark).second)
        whole.remarks.push_back(std::move(remark));
    if (part.accepted) {
      size_t before = whole.accepted ? whole.accepted->count : 0;
      whole.accepted = {part.accepted->file, before + part.accepted->count};
    }
  }
  whole.root = parts.front().root;
  whole.findings = findings.take();
  if (parts.front().comparison)
    whole.comparison = {parts.front().comparison->with, known.take(),
                        fixed.take()};
  pairMoved(whole);
  return whole;
}

ExitStatus runMerge(const Arguments &arguments) {
  if (arguments.positional.empty())
    return fail("name the reports to merge: heddle merge a.json b.json");
  std::string root = realPath(arguments.get("root", "."));
  if (!sys::fs::is_directory(root))
    return fail("no such directory: " + arguments.get("root"));
  Sources sources;
  std::vector<Report> parts;
  for (const std::string &file : arguments.positional) {
    Expected<Report> part = readReport(file, root, sources);
    if (!part)
      return fail(part.takeError());
    parts.push_back(std::move(*part));
  }
  Expected<Report> whole = merge(std::move(parts));
  if (!whole)
    return fail(whole.takeError());
  printReport(*whole, sources, arguments.get("format"));
  printProblems(*whole, sources);
  return whole->status(arguments.get("fail-on", "bug"));
}

} // namespace

const Command mergeCommand = {
    .name = "merge",
    .usage = "merge REPORT... [--format FORMAT] [--fail-on TIER]",
    .summary =
        "Puts reports that 'heddle lint --format json --shard I/N' wrote "
        "together to one:\nfindings and problems that several tell are "
        "told once.",
    .details = "Exit status: as if one 'heddle lint' had done it all; 2 if a "
               "report cannot be read.\n",
    .options = {{"root", "DIR",
                 "where the files of the reports are (default: here)"},
                {"fail-on", "TIER",
                 "exit with 1 for findings of this tier or a worse one: bug\n"
                 "(default), cost, advice or never",
                 "bug|cost|advice|never"},
                formatOption()},
    .run = runMerge};

} // namespace heddle::tool
