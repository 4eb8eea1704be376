#include "baseline_file.h"
#include "change_review.h"
#include "fingerprint.h"
#include "paths.h"

using namespace llvm;

namespace heddle::tool {
namespace {

Expected<Report> lint(const Project &project, Linter &linter,
                      const Arguments &arguments) {
  auto selection = project.select(arguments.positional);
  if (!selection)
    return selection.takeError();
  if (arguments.has("shard")) {
    selection = project.shard(std::move(*selection), arguments.get("shard"));
    if (!selection)
      return selection.takeError();
  }
  return linter.report(linter.lint(*selection), *selection);
}

/// Leaves out what the baseline accepts.
Error applyBaseline(Report &report, const Project &project,
                    const Arguments &arguments) {
  if (!arguments.has("baseline"))
    return Error::success();
  std::string file = arguments.get("baseline").str();
  Expected<Baseline> baseline = Baseline::read(file, project.root());
  if (!baseline)
    return baseline.takeError();
  Baseline::Match match = baseline->match(report.findings, report.linted);
  report.findings = std::move(match.fresh);
  report.accepted = {realPath(file), match.accepted.size()};
  // What a change did not introduce is accepted without an entry, too.
  if (!report.comparison)
    for (const Baseline::Entry &entry : match.stale)
      report.remarks.push_back(Baseline::describeStale(entry, file));
  return Error::success();
}

/// The files that the findings are in, as arguments.
std::string fileWords(const Report &report) {
  Arguments files;
  for (const Finding &finding : report.findings) {
    std::string file = displayPath(finding.message.where.file);
    if (files.positional.empty() || files.positional.back() != file)
      files.positional.push_back(std::move(file));
  }
  return selectionWords(files);
}

ExitStatus runLint(const Arguments &arguments) {
  Expected<Project> project = Project::open(arguments);
  if (!project)
    return fail(project.takeError());
  Expected<Linter> linter = Linter::make(*project, arguments);
  if (!linter)
    return fail(linter.takeError());
  auto change = namedChange(*project, arguments);
  if (!change)
    return fail(change.takeError());

  Expected<Report> report =
      *change ? ChangeReview(*project, *linter, **change)
                    .run(arguments.positional, arguments.get("shard"))
              : lint(*project, *linter, arguments);
  if (!report)
    return fail(report.takeError());
  Sources sources;
  if (*change)
    sources.edit(*(*change)->after.edited);
  for (Finding &finding : report->findings)
    finding.fingerprint = fingerprint(finding, sources);
  if (Error error = applyBaseline(*report, *project, arguments))
    return fail(std::move(error));
  report->selectionWords = selectionWords(arguments);
  if (*change && arguments.positional.empty())
    report->selectionWords += fileWords(*report);
  printReport(*report, sources, arguments.get("format"));
  printProblems(*report, sources);
  return report->status(arguments.get("fail-on", "bug"));
}

} // namespace

const Command lintCommand = {
    .name = "lint",
    .usage = "lint [PATH...] [options] [-- FLAGS]",
    .summary = "Shows what the checks find in the units of a compile database: "
               "in all of\nthem, or in those that are PATH, lie under it, or "
               "include it.",
    .details = "Exit status: 0 nothing to fail on, 1 findings at or above "
               "--fail-on,\n2 something could not be linted, and stderr says "
               "what and why.\n",
    .options = joinOptions({projectOptions(),
                            lintOptions(),
                            changeOptions(),
                            {{"baseline", "FILE",
                              "leave out the findings that FILE accepts (see\n"
                              "'heddle baseline')"}},
                            {formatOption()}}),
    .run = runLint};

} // namespace heddle::tool
