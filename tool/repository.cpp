#include "repository.h"

#include "command.h"
#include "paths.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
namespace fs = llvm::sys::fs;

namespace heddle::tool {
namespace {

constexpr char howToDeepen[] =
    "\n  this clone is shallow: 'git fetch --unshallow' gets all of the "
    "history,\n  'git fetch --deepen=200' more of it (in a workflow: "
    "fetch-depth: 0)";

/// A file for what goes to a program or comes from it, removed at the end.
class Channel {
public:
  static Expected<std::unique_ptr<Channel>> make(StringRef content) {
    int descriptor;
    SmallString<128> path;
    if (std::error_code code =
            fs::createTemporaryFile("heddle", "git", descriptor, path))
      return errorCodeToError(code);
    raw_fd_ostream(descriptor, /*shouldClose=*/true) << content;
    return std::make_unique<Channel>(path.str());
  }
  explicit Channel(StringRef path) : name(path), remover(path) {}

  StringRef path() const { return name; }
  std::string content() const {
    auto buffer = MemoryBuffer::getFile(name);
    return buffer ? (*buffer)->getBuffer().str() : "";
  }

private:
  std::string name;
  FileRemover remover;
};

} // namespace

Expected<std::string> Repository::git(ArrayRef<StringRef> arguments,
                                      StringRef input) const {
  ErrorOr<std::string> program = sys::findProgramByName("git");
  if (!program)
    return makeError("there is no 'git' program in PATH");
  auto in = Channel::make(input), out = Channel::make(""),
       complaint = Channel::make("");
  for (auto *channel : {&in, &out, &complaint})
    if (!*channel)
      return channel->takeError();

  SmallVector<StringRef> words = {"git", "--no-optional-locks", "-C",
                                  directory};
  append_range(words, arguments);
  std::string failure;
  int status = sys::ExecuteAndWait(
      *program, words, std::nullopt,
      {(*in)->path(), (*out)->path(), (*complaint)->path()}, 0, 0, &failure);
  if (status == 0)
    return (*out)->content();
  if (failure.empty())
    failure = StringRef((*complaint)->content()).trim().str();
  return makeError("'git " + arguments.front() + "' failed: " + failure);
}

Expected<Repository> Repository::around(StringRef directory) {
  Repository here(directory.str());
  Expected<std::string> top = here.git({"rev-parse", "--show-toplevel"});
  if (!top)
    return top.takeError();
  return Repository(realPath(StringRef(*top).rtrim('\n')));
}

bool Repository::isShallow() const {
  Expected<std::string> answer = git({"rev-parse", "--is-shallow-repository"});
  if (!answer) {
    consumeError(answer.takeError());
    return false;
  }
  return StringRef(*answer).trim() == "true";
}

Expected<std::string> Repository::mergeBase(StringRef revision) const {
  std::string name = (revision + "^{commit}").str();
  Expected<std::string> commit =
      git({"rev-parse", "--verify", "--quiet", "--end-of-options", name});
  if (!commit) {
    consumeError(commit.takeError());
    return makeError("there is no commit '" + revision + "' in " +
                     displayPath(directory) +
                     (isShallow() ? howToDeepen
                                  : "\n  fetch it first, or name another: "
                                    "'git branch -a' shows the branches"));
  }
  Expected<std::string> base =
      git({"merge-base", StringRef(*commit).trim(), "HEAD"});
  if (base)
    return StringRef(*base).trim().str();
  consumeError(base.takeError());
  return makeError("'" + revision + "' and HEAD have no commit in common" +
                   (isShallow() ? howToDeepen : ""));
}

Expected<std::vector<std::string>>
Repository::blobs(ArrayRef<std::string> names) const {
  std::vector<std::string> contents;
  if (names.empty())
    return contents;
  Expected<std::string> answer =
      git({"cat-file", "--batch"}, join(names, "\n") + "\n");
  if (!answer)
    return answer.takeError();
  StringRef rest = *answer;
  for (const std::string &name : names) {
    auto [head, after] = rest.split('\n');
    size_t size;
    if (head.rsplit(' ').second.getAsInteger(10, size) || size >= after.size())
      return makeError("git has lost the object " + name + ": " + head);
    contents.push_back(after.take_front(size).str());
    rest = after.drop_front(size + 1);
  }
  return contents;
}

} // namespace heddle::tool
