#include "fingerprint.h"
#include "linter.h"

using namespace llvm;

namespace heddle::tool {
namespace {

ExitStatus runLint(const Arguments &arguments) {
  Expected<Project> project = Project::open(arguments);
  if (!project)
    return fail(project.takeError());
  Expected<Linter> linter = Linter::make(*project, arguments);
  if (!linter)
    return fail(linter.takeError());
  auto selection = project->select(arguments.positional);
  if (!selection)
    return fail(selection.takeError());

  Report report = linter->report(linter->lint(*selection), *selection);
  report.selectionWords = selectionWords(arguments);
  Sources sources;
  for (Finding &finding : report.findings)
    finding.fingerprint = fingerprint(finding, sources);
  printReport(report, sources, arguments.get("format"));
  printProblems(report, sources);
  return report.status(arguments.get("fail-on", "bug"));
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
    .options = joinOptions({projectOptions(), lintOptions(), {formatOption()}}),
    .run = runLint};

} // namespace heddle::tool
