#include "linter.h"
#include "paths.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"

#include <set>

using namespace llvm;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace heddle::tool {
namespace {

/// What is told of one thing that Heddle needs or works with.
class Diagnosis {
public:
  void good(const Twine &text) { say(raw_ostream::GREEN, "ok  ", text); }
  /// Something that is no fault, but may be why a person asks.
  void note(const Twine &text) { say(raw_ostream::YELLOW, "note", text); }
  void bad(const Twine &text, const Twine &remedy) {
    say(raw_ostream::RED, "bad ", text);
    outs() << "      " << remedy << "\n";
    failed = true;
  }

  bool failed = false;

private:
  void say(raw_ostream::Colors color, StringRef mark, const Twine &text) {
    outs().changeColor(color, /*Bold=*/true) << mark;
    outs().resetColor() << "  " << text << "\n";
  }
};

/// A program's exit status and all that it printed.
struct Run {
  int status;
  std::string output;
};

Run run(ArrayRef<StringRef> words) {
  SmallString<128> log;
  if (fs::createTemporaryFile("heddle-doctor", "log", log))
    return {-1, "no temporary file can be made"};
  std::string message;
  std::optional<StringRef> streams[] = {"", StringRef(log), StringRef(log)};
  int status = sys::ExecuteAndWait(words.front(), words, std::nullopt, streams,
                                   60, 0, &message);
  auto text = MemoryBuffer::getFile(log);
  std::string output = text ? (*text)->getBuffer().str() : message;
  fs::remove(log);
  return {status, message + output};
}

/// clang-tidy, clang-tidy-19, …, wherever PATH has them; of links only one.
std::vector<std::string> programsOnPath(StringRef name) {
  std::vector<std::string> found;
  std::set<std::string> seen;
  SmallVector<StringRef> directories;
  std::string searched = sys::Process::GetEnv("PATH").value_or("");
  StringRef(searched).split(directories, ':', -1, false);
  Regex pattern(("^" + Regex::escape(name) + "(-[0-9]+)?$"));
  for (StringRef directory : directories) {
    std::error_code code;
    for (fs::directory_iterator it(directory, code), end; it != end && !code;
         it.increment(code))
      if (pattern.match(path::filename(it->path())) &&
          fs::can_execute(it->path()) &&
          seen.insert(realPath(it->path())).second)
        found.push_back(it->path());
  }
  return found;
}

std::string majorVersion(StringRef program) {
  SmallVector<StringRef> match;
  std::string printed = run({program, "--version"}).output;
  if (Regex("version ([0-9]+)\\.").match(printed, &match))
    return match[1].str();
  return "";
}

class Doctor {
public:
  explicit Doctor(const Arguments &arguments) : arguments(arguments) {}

  ExitStatus examine() {
    diagnosis.good("heddle " HEDDLE_VERSION ", built for LLVM " +
                   Twine(LLVM_VERSION_MAJOR));
    examineHeaders();
    examinePlugin("clang-tidy", "libheddle-tidy.so");
    examinePlugin("clang++", "libheddle-clang.so");
    examineServer();
    examineProject();
    return diagnosis.failed ? Failed : Clean;
  }

private:
  static std::string besideProgram(StringRef relative) {
    static const int somewhere = 0;
    SmallString<128> place(path::parent_path(path::parent_path(
        fs::getMainExecutable("heddle", const_cast<int *>(&somewhere)))));
    path::append(place, relative);
    return place.str().str();
  }

  void examineHeaders() {
    StringRef directory = HEDDLE_CLANG_RESOURCE_DIR;
    if (fs::exists(directory + "/include/stddef.h"))
      diagnosis.good("Clang's own headers are in " + directory);
    else
      diagnosis.bad(
          "Clang's own headers, as <stddef.h>, are not in " + directory,
          "install libclang-common-" + Twine(LLVM_VERSION_MAJOR) + "-dev");
  }

  void examinePlugin(StringRef host, StringRef name) {
    std::string plugin = besideProgram((HEDDLE_LIBDIR "/" + name).str());
    if (!fs::exists(plugin)) {
      diagnosis.bad("there is no " + plugin,
                    "the installation is not whole: install it again");
      return;
    }
    bool loaded = false;
    for (const std::string &program : programsOnPath(host)) {
      std::string version = majorVersion(program);
      if (version != Twine(LLVM_VERSION_MAJOR).str()) {
        diagnosis.note(program + " is of LLVM " +
                       (version.empty() ? "an unknown version" : version) +
                       ": with " + name + " it would say 'undefined symbol'");
        continue;
      }
      Run trial = host == "clang-tidy"
                      ? run({program, "-load", plugin, "--checks=-*,heddle-*",
                             "--list-checks"})
                      : run({program, "-fplugin=" + plugin, "-x", "c++",
                             "-fsyntax-only", "/dev/null"});
      if (trial.status != 0) {
        diagnosis.bad(program + " does not load " + plugin,
                      StringRef(trial.output).split('\n').first);
        continue;
      }
      loaded = true;
      diagnosis.good(program + " loads " + plugin);
    }
    if (!loaded)
      diagnosis.note("no " + host + " of LLVM " + Twine(LLVM_VERSION_MAJOR) +
                     " is on PATH; to use the checks there, install " +
                     (host == "clang++" ? "clang" : host) + "-" +
                     Twine(LLVM_VERSION_MAJOR));
  }

  void examineServer() {
    std::string server = besideProgram("bin/heddle-clangd");
    if (run({server, "--version"}).status == 0)
      diagnosis.good(server + " starts; 'heddle init --editor' sets it up");
    else
      diagnosis.note("there is no " + server + " for editors");
  }

  void examineProject() {
    Expected<Project> project = Project::open(arguments);
    if (!project) {
      diagnosis.bad("no project: " + toString(project.takeError()),
                    "ask in a project's directory, or with -p BUILD");
      return;
    }
    diagnosis.good(formatv("a compile database with {0} units, of the project "
                           "in {1}",
                           project->units().size(), project->root()));
    size_t first = 0;
    for (; first < project->units().size(); ++first)
      if (fs::exists(project->units()[first].file))
        break;
      else
        diagnosis.bad(displayPath(project->units()[first].file) +
                          " is in the database, but not there",
                      "configure the build again");
    if (first == project->units().size())
      return;
    Expected<Linter> linter = Linter::make(*project, arguments);
    if (!linter)
      return consumeError(linter.takeError());
    Linter::Results results = linter->lint({first}, "trying");
    std::string file = displayPath(project->units()[first].file);
    if (results[first].problems.empty())
      return diagnosis.good(file + " parses, as one unit of them");
    StringRef problem = results[first].problems.front().message.text;
    diagnosis.bad(file + " cannot be linted: " + problem,
                  problem.contains("file not found")
                      ? "if the build makes this file, build once; else the "
                        "database lacks a directory of headers"
                      : "'heddle lint " + file + "' says all of it");
  }

  const Arguments &arguments;
  Diagnosis diagnosis;
};

ExitStatus runDoctor(const Arguments &arguments) {
  return Doctor(arguments).examine();
}

} // namespace

const Command doctorCommand = {
    .name = "doctor",
    .usage = "doctor [-p BUILD]",
    .summary = "Looks at what Heddle needs and works with: which clang-tidy "
               "and clang++ load\nthe plugins, the language server, the "
               "compile database, a unit of it.",
    .details = "Exit status: 0 nothing is wrong, 2 something is, and the line "
               "below says what to do.\n",
    .options = projectOptions(),
    .run = runDoctor};

} // namespace heddle::tool
