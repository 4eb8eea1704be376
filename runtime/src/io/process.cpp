#include "heddle/process.h"

#include "heddle/foreign.h"
#include "io/socket.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace heddle {
namespace {

// Closes a descriptor unless it is given away.
class Owned {
public:
  Owned() noexcept = default;
  explicit Owned(int fd) noexcept : fd_(fd) {}
  Owned(Owned &&other) noexcept : fd_(other.release()) {}
  Owned &operator=(Owned &&other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Owned() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

private:
  int fd_ = -1;
};

struct Ends {
  Owned ours;
  Owned theirs;
};

// Not one of the standard descriptors, should this program have closed one:
// in the child those are written over.
Owned above_standard(Owned end, const std::string &what) {
  if (end.get() > STDERR_FILENO)
    return end;
  const ssize_t fd = detail::result_of(
      [&] { return fcntl(end.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1); });
  if (fd < 0)
    detail::fail(-fd, what);
  return Owned(static_cast<int>(fd));
}

Ends open_ends(Process::Stdio kind, bool child_reads, const std::string &what) {
  if (kind == Process::Stdio::inherit || kind == Process::Stdio::output)
    return {};
  int ends[2] = {-1, -1};
  const ssize_t result = detail::result_of([&] {
    if (kind == Process::Stdio::pipe)
      return ::pipe2(ends, O_CLOEXEC);
    return ends[0] = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  });
  if (result < 0)
    detail::fail(-result, what);
  Owned first(ends[0]), second(ends[1]);
  if (kind == Process::Stdio::null)
    return {Owned(), above_standard(std::move(first), what)};
  if (!child_reads)
    std::swap(first, second);
  return {std::move(second), above_standard(std::move(first), what)};
}

std::vector<char *> pointers_to(const std::vector<std::string> &strings) {
  std::vector<char *> pointers;
  for (const std::string &string : strings)
    pointers.push_back(const_cast<char *>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// What the child does before it becomes the program.
class Preparation {
public:
  Preparation() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~Preparation() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Preparation(const Preparation &) = delete;
  Preparation &operator=(const Preparation &) = delete;

  void put(int from, int to) {
    if (from >= 0)
      check(posix_spawn_file_actions_adddup2(&actions_, from, to));
  }
  void close_others() {
#if __GLIBC_PREREQ(2, 34)
    check(
        posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1));
#endif
  }
  void enter(const std::string &directory) {
    if (!directory.empty())
      check(posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str()));
  }
  int spawn(pid_t &pid, const std::string &program, char *const *arguments,
            char *const *environment) {
    return posix_spawnp(&pid, program.c_str(), &actions_, &attributes_,
                        arguments, environment);
  }

private:
  static void check(int error) {
    if (error)
      detail::fail(error, "cannot prepare a process");
  }

  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

} // namespace

Process Process::spawn(const std::string &program,
                       const std::vector<std::string> &arguments,
                       const Options &options) {
  const std::string what = "cannot start " + program;
  Ends input = open_ends(options.input, true, what);
  Ends output = open_ends(options.output, false, what);
  Ends errors = open_ends(options.error_output, false, what);
  Preparation preparation;
  preparation.put(input.theirs.get(), STDIN_FILENO);
  preparation.put(output.theirs.get(), STDOUT_FILENO);
  preparation.put(errors.theirs.get(), STDERR_FILENO);
  if (options.error_output == Stdio::output)
    preparation.put(STDOUT_FILENO, STDERR_FILENO);
  preparation.close_others();
  preparation.enter(options.directory);

  std::vector<char *> argv = pointers_to(arguments);
  argv.insert(argv.begin(), const_cast<char *>(program.c_str()));
  std::vector<char *> envp;
  if (options.environment)
    envp = pointers_to(*options.environment);

  // Our ends first: once the child runs nothing may fail but what is undone by
  // killing it.
  Process process;
  process.program_ = program;
  if (input.ours.get() >= 0)
    process.input_ = PipeWriter(input.ours.release());
  if (output.ours.get() >= 0)
    process.output_ = PipeReader(output.ours.release());
  if (errors.ours.get() >= 0)
    process.error_output_ = PipeReader(errors.ours.release());
  const int error = blocking([&] {
    return preparation.spawn(process.pid_, program, argv.data(),
                             options.environment ? envp.data() : environ);
  });
  if (error)
    detail::fail(error, what);
  ssize_t end = detail::result_of(
      [&] { return syscall(SYS_pidfd_open, process.pid_, O_NONBLOCK); });
  try {
    if (end < 0)
      detail::fail(-end, what);
    process.end_ = detail::Descriptor(static_cast<int>(end));
  } catch (...) {
    ::kill(process.pid_, SIGKILL);
    blocking([&] {
      return detail::result_of(
          [&] { return waitpid(process.pid_, nullptr, 0); });
    });
    throw;
  }
  return process;
}

Process &Process::operator=(Process &&other) noexcept {
  if (this != &other) {
    this->~Process();
    new (this) Process(std::move(other));
  }
  return *this;
}

// The number stays the child's until it was waited for.
Process::~Process() {
  if (!end_.get() || status_)
    return;
  ::kill(pid_, SIGKILL);
  blocking([this] {
    return detail::result_of([this] { return waitpid(pid_, nullptr, 0); });
  });
}

Process::Status Process::wait() { return wait_until(nullptr); }
Process::Status Process::wait(const Context &context) {
  return wait_until(&context);
}

Process::Status Process::wait_until(const Context *context) {
  const std::string what = "cannot wait for " + program_;
  if (status_)
    return *status_;
  detail::Pollable &end = detail::pollable_of(end_, what.c_str());
  siginfo_t info{};
  const ssize_t result = end.perform(end.reading, context, [&](int) -> ssize_t {
    info = {};
    const ssize_t waited = detail::result_of([&] {
      return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG);
    });
    return waited == 0 && info.si_pid == 0 ? -EAGAIN : waited;
  });
  if (result < 0)
    detail::fail(-result, what);
  const bool by_itself = info.si_code == CLD_EXITED;
  status_ =
      Status{by_itself ? info.si_status : 0, by_itself ? 0 : info.si_status};
  return *status_;
}

void Process::kill(int signal) {
  if (!end_.get() || status_)
    return;
  const ssize_t result =
      detail::result_of([&] { return ::kill(pid_, signal); });
  if (result < 0 && result != -ESRCH)
    detail::fail(-result, "cannot signal " + program_);
}

} // namespace heddle
