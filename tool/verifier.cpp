#include "verifier.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <sys/wait.h>

using namespace llvm;

namespace heddle::tool {
namespace {

std::atomic<bool> interrupted{false};

int waitFor(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR)
    if (interrupted)
      ::kill(process, SIGTERM);
  return status;
}

std::string lastLine(StringRef file) {
  auto buffer = MemoryBuffer::getFile(file);
  if (!buffer)
    return {};
  StringRef text = (*buffer)->getBuffer().rtrim();
  return text.drop_front(text.rfind('\n') + 1).trim().str();
}

} // namespace

InterruptGuard::InterruptGuard() {
  sys::SetInterruptFunction([] { interrupted = true; });
}
InterruptGuard::~InterruptGuard() { sys::SetInterruptFunction(nullptr); }
bool InterruptGuard::wasInterrupted() { return interrupted; }

std::optional<Verifier> Verifier::make(const Arguments &arguments) {
  if (!arguments.has("verify-command"))
    return std::nullopt;
  return Verifier(arguments.get("verify-command").str());
}

std::optional<std::string> Verifier::whyFails() const {
  SmallString<128> log;
  if (std::error_code code =
          sys::fs::createTemporaryFile("heddle-verify", "log", log))
    return "no place for what '" + command + "' says: " + code.message();
  FileRemover remover(log);
  StringRef words[] = {"sh", "-c", command};
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(log),
                                          StringRef(log)};
  std::string message;
  outs().flush();
  sys::ProcessInfo process = sys::ExecuteNoWait("/bin/sh", words, std::nullopt,
                                                redirects, 0, &message);
  if (process.Pid == sys::ProcessInfo::InvalidPid)
    return "'" + command + "' cannot be run: " + message;
  int status = waitFor(process.Pid);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return std::nullopt;
  std::string how =
      WIFEXITED(status)
          ? formatv("fails with status {0}", WEXITSTATUS(status)).str()
          : "was killed";
  std::string last = lastLine(log);
  return "'" + command + "' " + how + (last.empty() ? "" : ": " + last);
}

} // namespace heddle::tool
