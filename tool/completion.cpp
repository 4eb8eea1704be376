#include "check_selection.h"
#include "command.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace heddle::tool {
namespace {

std::vector<const Command *> shownCommands() {
  std::vector<const Command *> shown;
  for (const Command *command : allCommands())
    if (!command->summary.empty())
      shown.push_back(command);
  return shown;
}

std::string dashed(const Option &option) {
  return (option.name.size() == 1 ? "-" : "--") + option.name.str();
}

std::string firstLine(StringRef text) { return text.split('\n').first.str(); }

/// The summary without the end of its sentence, and without quotes.
std::string brief(StringRef text) {
  std::string line = firstLine(text.split(':').first);
  llvm::erase_if(line, [](char c) { return c == '\'' || c == '"'; });
  return StringRef(line).rtrim(".,").str();
}

std::string choicesOf(const Option &option, StringRef separator) {
  SmallVector<StringRef> choices;
  option.choices.split(choices, '|', -1, false);
  return join(choices, separator);
}

void completeBash() {
  outs() << "# bash completion of heddle: 'heddle completion bash' wrote it.\n"
            "_heddle() {\n"
            "  local word=${COMP_WORDS[COMP_CWORD]} "
            "before=${COMP_WORDS[COMP_CWORD-1]}\n"
            "  COMPREPLY=()\n"
            "  if [[ $COMP_CWORD -eq 1 ]]; then\n"
            "    COMPREPLY=($(compgen -W '";
  for (const Command *command : shownCommands())
    outs() << command->name << ' ';
  outs() << "--help --version' -- \"$word\"))\n    return\n  fi\n"
            "  case ${COMP_WORDS[1]} in\n";
  for (const Command *command : shownCommands()) {
    outs() << formatv("  {0})\n", command->name);
    std::string options;
    for (const Option &option : command->options) {
      options += dashed(option) + " ";
      if (!option.choices.empty())
        outs() << formatv("    [[ $before == {0} ]] && "
                          "COMPREPLY=($(compgen -W '{1}' -- \"$word\")) && "
                          "return\n",
                          dashed(option), choicesOf(option, " "));
    }
    if (command->name == "explain")
      outs() << formatv("    COMPREPLY=($(compgen -W '{0}' -- \"$word\"))\n",
                        join(checkNames(), " "));
    outs() << formatv("    [[ $word == -* ]] && COMPREPLY=($(compgen -W "
                      "'{0}--help' -- \"$word\"))\n    ;;\n",
                      options);
  }
  outs() << "  esac\n}\ncomplete -o default -F _heddle heddle\n";
}

void completeZsh() {
  outs() << "#compdef heddle\n"
            "# zsh completion of heddle: 'heddle completion zsh' wrote it.\n"
            "_heddle() {\n  local -a commands=(\n";
  for (const Command *command : shownCommands())
    outs() << formatv("    '{0}:{1}'\n", command->name,
                      brief(command->summary));
  outs() << "  )\n  if (( CURRENT == 2 )); then\n"
            "    _describe command commands\n    return\n  fi\n"
            "  case $words[2] in\n";
  for (const Command *command : shownCommands()) {
    outs() << formatv("  {0}) _arguments \\\n", command->name);
    for (const Option &option : command->options) {
      outs() << formatv("    '{0}[{1}]", dashed(option), brief(option.help));
      if (!option.value.empty())
        outs() << formatv(":{0}:{1}", option.value.lower(),
                          option.choices.empty()
                              ? std::string("_files")
                              : "(" + choicesOf(option, " ") + ")");
      outs() << "' \\\n";
    }
    outs() << (command->name == "explain"
                   ? formatv("    '*:check:({0})' ;;\n",
                             join(checkNames(), " "))
                         .str()
                   : std::string("    '*:file:_files' ;;\n"));
  }
  outs() << "  esac\n}\n_heddle \"$@\"\n";
}

void completeFish() {
  outs() << "# fish completion of heddle: 'heddle completion fish' wrote it.\n";
  for (const Command *command : shownCommands()) {
    outs() << formatv("complete -c heddle -n __fish_use_subcommand -a {0} -d "
                      "'{1}'\n",
                      command->name, brief(command->summary));
    std::string within =
        ("-n '__fish_seen_subcommand_from " + command->name + "'").str();
    for (const Option &option : command->options) {
      outs() << formatv("complete -c heddle {0} -{1} {2} -d '{3}'", within,
                        option.name.size() == 1 ? "s" : "l", option.name,
                        brief(option.help));
      if (!option.value.empty())
        outs() << " -r";
      if (!option.choices.empty())
        outs() << " -f -a '" << choicesOf(option, " ") << "'";
      outs() << "\n";
    }
    if (command->name == "explain")
      outs() << "complete -c heddle " << within << " -f -a '"
             << join(checkNames(), " ") << "'\n";
  }
}

ExitStatus runCompletion(const Arguments &arguments) {
  std::string shell = join(arguments.positional, " ");
  if (shell == "bash")
    completeBash();
  else if (shell == "zsh")
    completeZsh();
  else if (shell == "fish")
    completeFish();
  else
    return fail("name one shell: heddle completion bash|zsh|fish");
  return Clean;
}

} // namespace

const Command completionCommand = {
    .name = "completion",
    .usage = "completion bash|zsh|fish",
    .summary = "Writes what makes a shell complete this command's words.",
    .details = "The package installs it. By hand, for bash:\n"
               "  source <(heddle completion bash)\n",
    .options = {},
    .run = runCompletion};

} // namespace heddle::tool
