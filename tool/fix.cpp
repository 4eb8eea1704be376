#include "diff.h"
#include "fixer.h"
#include "paths.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace heddle::tool {
namespace {

void printMade(const Fixer &fixer, StringRef word, raw_ostream &out) {
  for (const auto &[finding, position] : fixer.made) {
    out.changeColor(raw_ostream::GREEN, /*Bold=*/true) << word;
    out.resetColor() << formatv(
        " {0}:{1}: {2} [{3}]\n", displayPath(finding.message.where.file),
        position.line, finding.message.text, finding.check);
  }
  if (!fixer.made.empty())
    out << "\n";
}

ExitStatus runFix(const Arguments &arguments) {
  if (arguments.has("diff"))
    for (StringRef other : {"interactive", "verify-command"})
      if (arguments.has(other))
        return fail("--diff writes nothing, so there is nothing for --" +
                    other.take_until([](char c) { return c == '-'; }) +
                    " to work on");
  Expected<Project> project = Project::open(arguments);
  if (!project)
    return fail(project.takeError());
  Expected<Linter> linter = Linter::make(*project, arguments);
  if (!linter)
    return fail(linter.takeError());
  auto selection = project->select(arguments.positional);
  if (!selection)
    return fail(selection.takeError());

  bool onlyDiff = arguments.has("diff");
  std::optional<Verifier> verifier = Verifier::make(arguments);
  Chooser chooser;
  Fixer fixer(*project, *linter, *selection, arguments.has("unsafe"),
              verifier ? &*verifier : nullptr,
              arguments.has("interactive") ? &chooser : nullptr);
  if (Error error = fixer.run())
    return fail(std::move(error));

  if (onlyDiff)
    for (const auto &[file, text] : fixer.after)
      printDiff(displayPath(file), fixer.before.at(file), text, outs());
  else if (Error error = fixer.write())
    return fail(std::move(error));

  // What a diff is piped into must see nothing else.
  raw_ostream &out = onlyDiff ? errs() : outs();
  printMade(fixer, onlyDiff ? "would fix" : "fixed", out);
  Report left = fixer.report();
  left.selectionWords = selectionWords(arguments);
  printText(left, fixer.sources, out);
  printProblems(left, fixer.sources);
  return left.status(arguments.get("fail-on", "bug"));
}

} // namespace

const Command fixCommand = {
    .name = "fix",
    .usage = "fix [PATH...] [options] [-- FLAGS]",
    .summary = "Makes the fixes that the checks offer: those that keep the "
               "meaning for every\ninput, and with --unsafe those that a "
               "person should review.",
    .details =
        "Every fix is verified: its units still parse, what it fixes is gone "
        "and nothing\nnew came; else it is taken back. Files are replaced "
        "whole, at the end. Generated\nfiles and files outside the project "
        "are never written.\n\n"
        "Exit status: 0 nothing left to fail on, 1 findings left at or above "
        "--fail-on,\n2 something could not be linted or written, and stderr "
        "says what and why.\n",
    .options = joinOptions(
        {projectOptions(),
         lintOptions(),
         {{"unsafe", "", "make the fixes that need review, too"},
          {"diff", "", "print what would change, and write nothing"},
          {"interactive", "", "show each fix, and ask whether to make it"},
          {.name = "verify",
           .value = "HOW",
           .help = "what a fix must pass to stay: parse (default), or also\n"
                   "build CMD or test CMD, a command of the project's own",
           .choices = "parse|build|test",
           .withCommand = "build|test"}}}),
    .run = runFix};

} // namespace heddle::tool
