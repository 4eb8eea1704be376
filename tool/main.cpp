#include "command.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

using namespace heddle::tool;
using namespace llvm;

ArrayRef<const Command *> heddle::tool::allCommands() {
  static const Command *const commands[] = {
      &lintCommand,       &fixCommand,     &baselineCommand, &mergeCommand,
      &listCommand,       &explainCommand, &doctorCommand,   &initCommand,
      &completionCommand, &manualCommand,  &workerCommand};
  return commands;
}

namespace {

void printOverview(raw_ostream &out) {
  out << "usage: heddle COMMAND [arguments]\n\n"
         "Finds scheduler and concurrency anti-patterns in C++, and mends "
         "them.\n\ncommands:\n";
  for (const Command *command : allCommands())
    if (!command->summary.empty())
      out << formatv("  {0,-10}  {1}\n", command->name,
                     command->summary.take_until(
                         [](char c) { return c == ':' || c == '\n'; }));
  out << "\n'heddle COMMAND --help' shows a command's options; 'heddle "
         "--version' the version.\n";
}

void useColors(raw_fd_ostream &out) {
  const char *refused = std::getenv("NO_COLOR");
  out.enable_colors(out.is_displayed() && out.has_colors() &&
                    !(refused && *refused));
}

} // namespace

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  useColors(outs());
  useColors(errs());
  InitializeAllTargetInfos();
  InitializeAllTargetMCs();
  InitializeAllAsmParsers();

  if (argc < 2) {
    printOverview(errs());
    return Failed;
  }
  StringRef name = argv[1];
  if (name == "--help" || name == "-h" || name == "help") {
    printOverview(outs());
    return Clean;
  }
  if (name == "--version") {
    outs() << "heddle " HEDDLE_VERSION " (LLVM " LLVM_VERSION_STRING ")\n";
    return Clean;
  }
  const auto *found = find_if(allCommands(), [&](const Command *command) {
    return command->name == name;
  });
  if (found == allCommands().end())
    return fail("there is no command '" + name + "'" +
                didYouMean(name, map_to_vector(allCommands(),
                                               [](const Command *command) {
                                                 return command->name;
                                               })) +
                "\n  'heddle --help' shows them all");
  const Command &command = **found;
  Expected<Arguments> arguments =
      parseArguments(command, ArrayRef(argv + 2, argc - 2));
  if (!arguments)
    return fail(toString(arguments.takeError()) + "\n  'heddle " +
                command.name + " --help' shows what it takes");
  if (arguments->has("help")) {
    printHelp(command);
    return Clean;
  }
  return command.run(*arguments);
}
