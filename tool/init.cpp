#include "ci_setup.h"
#include "command.h"
#include "editor_setup.h"
#include "paths.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace heddle::tool {
namespace {

Error write(StringRef path, StringRef text) {
  StringRef directory = sys::path::parent_path(path);
  if (!directory.empty())
    if (std::error_code code = sys::fs::create_directories(directory))
      return makeError("cannot make " + directory + ": " + code.message());
  Error error = writeToOutput(path, [&](raw_ostream &out) {
    out << text;
    return Error::success();
  });
  if (error)
    return makeError("cannot write " + path + ": " +
                     toString(std::move(error)));
  return Error::success();
}

/// Writes what is missing. What is there already stays, unless it can be added
/// to.
Error settle(const SetupFile &file) {
  std::string text = file.text;
  StringRef verb = "wrote";
  if (sys::fs::exists(file.path)) {
    auto present = MemoryBuffer::getFile(file.path);
    if (!present)
      return makeError("cannot read " + file.path + ": " +
                       present.getError().message());
    StringRef old = (*present)->getBuffer();
    if (file.isIn(old)) {
      outs() << file.path << " says it already\n";
      return Error::success();
    }
    Expected<std::string> joined = file.addTo(old);
    if (!joined)
      return makeError(file.path + " is there already" +
                       toString(joined.takeError()) + "; it is to say\n\n" +
                       file.text);
    text = *joined;
    verb = "added to";
  }
  if (Error error = write(file.path, text))
    return error;
  outs() << verb << " " << file.path << "\n";
  return Error::success();
}

/// Beside this program, or the bare name where PATH finds that one.
Expected<std::string> findServer() {
  static const int somewhere = 0;
  SmallString<128> beside(sys::path::parent_path(
      sys::fs::getMainExecutable("heddle", const_cast<int *>(&somewhere))));
  sys::path::append(beside, "heddle-clangd");
  if (!sys::fs::can_execute(beside))
    return makeError("there is no " + beside +
                     ": this build of heddle has no language server");
  ErrorOr<std::string> onPath = sys::findProgramByName("heddle-clangd");
  if (onPath && realPath(*onPath) == realPath(beside))
    return "heddle-clangd";
  return beside.str().str();
}

ExitStatus runInit(const Arguments &arguments) {
  if (!arguments.positional.empty())
    return fail("'heddle init' takes no '" + arguments.positional.front() +
                "'\n  'heddle init --help' shows what it takes");
  std::vector<Setup> setups;
  if (arguments.has("editor")) {
    Expected<std::string> server = findServer();
    if (!server)
      return fail(server.takeError());
    setups.push_back(editorSetup(arguments.get("editor"), *server));
    if (arguments.has("p"))
      setups.back().files.push_back(databaseSetup(arguments.get("p")));
  }
  if (arguments.has("ci"))
    setups.push_back(ciSetup(arguments.get("ci")));
  if (arguments.has("pre-commit"))
    setups.push_back(preCommitSetup());
  if (setups.empty())
    return fail("'heddle init' needs --editor, which is vscode, neovim, helix "
                "or emacs,\n  --ci, which is github or gitlab, or "
                "--pre-commit");

  ExitStatus status = Clean;
  for (const Setup &setup : setups) {
    ExitStatus here = Clean;
    for (const SetupFile &file : setup.files)
      if (Error error = settle(file))
        here = status = fail(std::move(error));
    if (here == Clean)
      outs() << setup.next;
  }
  return status;
}

} // namespace

const Command initCommand = {
    .name = "init",
    .usage = "init [--editor EDITOR] [--ci SERVICE] [--pre-commit] [-p BUILD]",
    .summary = "Sets up editors, pull requests and commits: writes the "
               "configuration that makes\nthem use Heddle in the project in "
               "the current directory.",
    .details = "A file that is there already is added to where that can be "
               "done without a doubt;\nelse it stays as it is, and what it "
               "should say is printed. Exit status: 0 all is\nset up, 2 "
               "something is not.\n",
    .options = {{"editor", "EDITOR", "vscode, neovim, helix or emacs",
                 "vscode|neovim|helix|emacs"},
                {"ci", "SERVICE", "lint pull requests on github or gitlab",
                 "github|gitlab"},
                {"pre-commit", "", "lint what is staged before each commit"},
                {"p", "BUILD",
                 "where compile_commands.json is, if neither in the "
                 "current\ndirectory nor in build/"}},
    .run = runInit};

} // namespace heddle::tool
