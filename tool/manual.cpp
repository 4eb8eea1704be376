#include "command.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace heddle::tool {
namespace {

/// Text as a page of the manual writes it.
std::string roff(StringRef text) {
  std::string result;
  bool lineStart = true;
  for (char c : text) {
    if (lineStart && (c == '.' || c == '\''))
      result += "\\&";
    if (c == '-')
      result += "\\-";
    else if (c == '\\')
      result += "\\e";
    else
      result += c;
    lineStart = c == '\n';
  }
  return result;
}

void describe(const Command &command) {
  outs() << ".SS heddle " << roff(command.usage) << "\n"
         << roff(command.summary) << "\n";
  for (const Option &option : command.options)
    outs() << formatv(
        ".TP\n.B {0}\n{1}\n",
        roff(((option.name.size() == 1 ? "-" : "--") + option.name +
              (option.value.empty() ? "" : " " + option.value))
                 .str()),
        roff(option.help));
  if (!command.details.empty())
    outs() << ".PP\n" << roff(command.details);
}

/// The page heddle(1), from what the commands say of themselves.
ExitStatus runManual(const Arguments &) {
  outs() << ".TH HEDDLE 1 \"\" \"heddle " HEDDLE_VERSION "\"\n.SH NAME\n"
            "heddle \\- finds scheduler and concurrency anti\\-patterns in "
            "C++, and mends them\n.SH SYNOPSIS\n"
            ".B heddle\nCOMMAND [arguments]\n.SH COMMANDS\n";
  for (const Command *command : allCommands())
    if (!command->summary.empty())
      describe(*command);
  outs() << ".SH SEE ALSO\n"
            ".BR heddle\\-clangd (1),\n.BR clang\\-tidy (1).\n"
            "The checks' pages and the guides are in "
            "/usr/share/doc/heddle.\n";
  return Clean;
}

} // namespace

const Command manualCommand = {.name = "manual",
                               .usage = "manual",
                               .summary = "",
                               .details = "",
                               .options = {},
                               .run = runManual};

} // namespace heddle::tool
