#include "baseline_file.h"
#include "fingerprint.h"
#include "linter.h"
#include "nolint.h"
#include "paths.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace heddle::tool {
namespace {

constexpr StringRef defaultName = ".heddle-baseline";

/// Tells how the baseline and the findings differ.
ExitStatus compare(const Baseline::Match &match, StringRef file,
                   ArrayRef<std::string> staleSuppressions) {
  for (const Baseline::Entry &entry : match.stale)
    outs() << Baseline::describeStale(entry, file) << "\n";
  for (const std::string &suppression : staleSuppressions)
    outs() << suppression << "\n";
  outs() << formatv("{0}: {1} accepted, {2} stale; {3} not in it\n",
                    displayPath(file), match.accepted.size(),
                    match.stale.size(), counted(match.fresh.size(), "finding"));
  if (!match.fresh.empty())
    outs() << "  'heddle lint --baseline' shows them, '--update' accepts "
              "them\n";
  if (!match.stale.empty())
    outs() << "  '--prune' takes the stale ones out\n";
  return match.stale.empty() && match.fresh.empty() && staleSuppressions.empty()
             ? Clean
             : Findings;
}

ExitStatus runBaseline(const Arguments &arguments) {
  bool update = arguments.has("update"), prune = arguments.has("prune");
  if (update && prune)
    return fail("--update takes out what is stale, too: name one of --update "
                "and --prune");
  Expected<Project> project = Project::open(arguments);
  if (!project)
    return fail(project.takeError());
  Expected<Linter> linter = Linter::make(*project, arguments);
  if (!linter)
    return fail(linter.takeError());
  Arguments all = arguments;
  all.options["checks"] = "*";
  all.options.erase("tier");
  Expected<Linter> everyCheck = Linter::make(*project, all);
  if (!everyCheck)
    return fail(everyCheck.takeError());
  auto selection = project->select(arguments.positional);
  if (!selection)
    return fail(selection.takeError());
  std::string file = arguments.has("file")
                         ? realPath(arguments.get("file"))
                         : realPath(defaultName, project->root());
  std::optional<Baseline> old;
  if (sys::fs::exists(file)) {
    Expected<Baseline> read = Baseline::read(file, project->root());
    if (!read)
      return fail(read.takeError());
    old = std::move(*read);
  } else if (prune) {
    return fail("there is no " + displayPath(file) + " to prune");
  }

  Linter::Results results = linter->lint(*selection);
  Report report = linter->report(results, *selection);
  Sources sources;
  for (Finding &finding : report.findings)
    finding.fingerprint = fingerprint(finding, sources);
  printProblems(report, sources);
  // What was not linted would be lost from the file.
  if (!report.problems.empty())
    return fail("the baseline was left as it is: mend the above first");

  Baseline now(project->root(), report.findings);
  if (old) {
    Baseline::Match match = old->match(report.findings, report.linted);
    if (prune)
      now = old->without(match.stale);
    else if (update)
      now.keepUnlinted(*old, report.linted);
    else
      return compare(match, file, staleSuppressions(results, *everyCheck));
  }
  if (Error error = writeToOutput(file, [&](raw_ostream &out) {
        out << now.text();
        return Error::success();
      }))
    return fail("cannot write " + displayPath(file) + ": " +
                toString(std::move(error)));
  outs() << formatv("{0}: {1} accepted\n", displayPath(file),
                    counted(now.size(), "finding"));
  if (!old)
    outs() << formatv("  heddle lint --baseline {0}   tells what is not in "
                      "it\n",
                      displayPath(file));
  return Clean;
}

} // namespace

const Command baselineCommand = {
    .name = "baseline",
    .usage = "baseline [PATH...] [--update|--prune] [options] [-- FLAGS]",
    .summary = "Keeps the file of accepted findings: writes it if there is "
               "none, else tells how\nit and the findings differ, and which "
               "NOLINT comments silence nothing.",
    .details = "Exit status: 0 the file was written, or nothing differs, "
               "1 something does,\n2 something could not be linted or "
               "written.\n",
    .options = joinOptions(
        {projectOptions(),
         lintOptions(),
         {{"file", "FILE", "(default: .heddle-baseline in the project's root)"},
          {"update", "", "accept all that is found now"},
          {"prune", "", "take out what is found no longer"}}}),
    .run = runBaseline};

} // namespace heddle::tool
