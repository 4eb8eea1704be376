#include "worker_pool.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;

namespace heddle::tool {
namespace {

/// What LLVM prints of a crash names what it was about: the check that ran, or
/// the place that was parsed.
void describeCrash(StringRef trace, Problem &problem) {
  SmallVector<StringRef> match;
  if (Regex("Checking (heddle-[a-z-]+)").match(trace, &match))
    problem.check = match[1].str();
  SmallVector<StringRef> lines;
  trace.split(lines, '\n');
  for (StringRef line : lines) {
    line = line.trim();
    if (Regex("^[0-9]+\\.").match(line) &&
        !line.contains("Program arguments") && !line.contains("ASTMatcher") &&
        !line.contains("Checking heddle-"))
      problem.notes.push_back({line.split('.').second.trim().str(), {}, {}});
  }
}

UnitResult crashed(int status, StringRef trace) {
  Problem problem;
  problem.kind = "crash";
  if (!WIFSIGNALED(status))
    problem.message.text =
        "its worker ended with status " + std::to_string(WEXITSTATUS(status));
  else if (WTERMSIG(status) == SIGKILL)
    problem.message.text = "its worker was killed, perhaps for want of memory";
  else
    problem.message.text =
        formatv("its worker died: {0}", strsignal(WTERMSIG(status)));
  describeCrash(trace, problem);
  UnitResult result;
  result.problems.push_back(std::move(problem));
  return result;
}

} // namespace

class WorkerPool::Worker {
public:
  ~Worker() { stop(); }

  bool idle() const { return !unit; }
  std::optional<size_t> unit;

  void send(size_t index, const Request &request) {
    unit = index;
    answer.clear();
    trace.clear();
    if (process < 0)
      start();
    std::string line = formatv("{0}\n", toJSON(request));
    // A worker that is gone shows as the end of its answer.
    for (StringRef rest = line; !rest.empty();) {
      ssize_t n = ::send(channel, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (n > 0) {
        rest = rest.drop_front(n);
      } else if (errno == EAGAIN) {
        pollfd writable = {channel, POLLOUT, 0};
        poll(&writable, 1, -1);
      } else if (errno != EINTR) {
        break;
      }
    }
  }

  void addTo(std::vector<pollfd> &polled) const {
    polled.push_back({channel, POLLIN, 0});
    polled.push_back({errors, POLLIN, 0});
  }

  /// Takes what has come, and returns the result once it is whole.
  std::optional<UnitResult> receive() {
    drain(errors, trace);
    if (drain(channel, answer) && !StringRef(answer).ends_with("\n")) {
      int status = stop();
      return crashed(status, trace);
    }
    if (!StringRef(answer).ends_with("\n"))
      return std::nullopt;
    UnitResult result;
    json::Path::Root root;
    Expected<json::Value> value = json::parse(answer);
    if (!value || !fromJSON(*value, result, root))
      report_fatal_error("a worker answered what is not a result");
    return result;
  }

private:
  void start() {
    static const std::string self =
        sys::fs::getMainExecutable(nullptr, reinterpret_cast<void *>(&crashed));
    int both[2], error[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) ||
        pipe2(error, O_CLOEXEC))
      report_fatal_error("no channel to a worker: " + Twine(strerror(errno)));
    process = fork();
    if (process < 0)
      report_fatal_error("no process for a worker: " + Twine(strerror(errno)));
    if (process == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      setenv("LLVM_DISABLE_SYMBOLIZATION", "1", 1);
      dup2(both[1], STDIN_FILENO);
      dup2(both[1], STDOUT_FILENO);
      dup2(error[1], STDERR_FILENO);
      execl(self.c_str(), self.c_str(), "worker", nullptr);
      _exit(127);
    }
    close(both[1]);
    close(error[1]);
    channel = both[0];
    errors = error[0];
    fcntl(channel, F_SETFL, O_NONBLOCK);
    fcntl(errors, F_SETFL, O_NONBLOCK);
  }

  int stop() {
    if (process < 0)
      return 0;
    close(channel);
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    drain(errors, trace);
    close(errors);
    process = channel = errors = -1;
    return status;
  }

  /// Returns whether the other end is closed.
  static bool drain(int descriptor, std::string &into) {
    char buffer[1 << 16];
    for (;;) {
      ssize_t n = read(descriptor, buffer, sizeof buffer);
      if (n > 0)
        into.append(buffer, n);
      else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        return true;
      else if (errno == EAGAIN)
        return false;
    }
  }

  pid_t process = -1;
  int channel = -1, errors = -1;
  std::string answer, trace;
};

WorkerPool::WorkerPool(unsigned size) {
  for (unsigned i = 0; i < size; ++i)
    workers.push_back(std::make_unique<Worker>());
}

WorkerPool::WorkerPool(WorkerPool &&) = default;
WorkerPool::~WorkerPool() = default;

void WorkerPool::run(const std::vector<Request> &requests, Events events) {
  size_t next = 0, running = 0;
  for (;;) {
    for (auto &worker : workers) {
      if (!worker->idle() || next == requests.size())
        continue;
      events.started(next);
      worker->send(next, requests[next]);
      ++next, ++running;
    }
    if (running == 0)
      return;

    std::vector<pollfd> polled;
    for (auto &worker : workers)
      if (!worker->idle())
        worker->addTo(polled);
    poll(polled.data(), polled.size(), -1);

    for (auto &worker : workers) {
      if (worker->idle())
        continue;
      if (std::optional<UnitResult> result = worker->receive()) {
        size_t unit = *worker->unit;
        worker->unit.reset();
        --running;
        events.finished(unit, std::move(*result));
      }
    }
  }
}

} // namespace heddle::tool
