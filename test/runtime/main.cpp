// Runs the tests in a process of its own, so that this one can end them, with
// all that they started, where one of them hangs. In a debugger: set
// follow-fork-mode child.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// Many times what the slowest needs under a sanitizer on a busy machine.
constexpr int seconds_for_a_test = 300;
constexpr int seconds_for_last_words = 10;

/// Writes the name of each test that starts.
class Announcer : public testing::EmptyTestEventListener {
public:
  explicit Announcer(int to) : to_(to) {}

private:
  void OnTestStart(const testing::TestInfo &test) override {
    const std::string name =
        std::string(test.test_suite_name()) + "." + test.name() + "\n";
    if (write(to_, name.data(), name.size()) < 0)
      std::perror("write");
  }

  const int to_;
};

/// Until when nothing may come, in milliseconds.
int patience() {
  const char *stress = std::getenv("HEDDLE_STRESS_SECONDS");
  return 1000 * (seconds_for_a_test + (stress ? std::atoi(stress) : 0));
}

struct Seen {
  std::string last_test = "no test\n";
  bool hangs = false;
};

// Returns when all have ended, or one hangs.
Seen watch(int from) {
  Seen seen;
  for (pollfd readable{from, POLLIN, 0};;) {
    const int count = poll(&readable, 1, patience());
    if (count < 0 && errno == EINTR)
      continue;
    std::array<char, 4096> part;
    const ssize_t size = count > 0 ? read(from, part.data(), part.size()) : 0;
    if (size <= 0) {
      seen.hangs = count == 0;
      return seen;
    }
    std::string &heard = seen.last_test;
    heard.append(part.data(), static_cast<std::size_t>(size));
    heard.erase(0, heard.rfind('\n', heard.size() - 2) + 1);
  }
}

int supervise(pid_t tests, int from) {
  const Seen seen = watch(from);
  if (seen.hangs) {
    std::fprintf(stderr, "no end after %d s: %s", patience() / 1000,
                 seen.last_test.c_str());
    // The runtime says what its tasks wait for.
    kill(tests, SIGQUIT);
    pollfd gone{from, 0, 0};
    poll(&gone, 1, 1000 * seconds_for_last_words);
    kill(-tests, SIGKILL);
  }
  int status = 0;
  while (waitpid(tests, &status, 0) < 0 && errno == EINTR)
    ;
  // What the tests started and left.
  kill(-tests, SIGKILL);
  const bool exited = WIFEXITED(status);
  const int how = exited ? WEXITSTATUS(status) : WTERMSIG(status);
  if (exited && how <= 1)
    return how;
  std::fprintf(stderr, "ended %s %d: %s", exited ? "with status" : "by signal",
               how, seen.last_test.c_str());
  return 1;
}

bool is_child_of_a_test(int argc, char **argv) {
  return std::any_of(argv, argv + argc, [](std::string_view argument) {
    return argument.starts_with("--gtest_internal_run_death_test");
  });
}

// A shell has what it starts in the background ignore these, and children
// inherit that.
void heed_signals() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGQUIT, SIG_DFL);
}

} // namespace

int main(int argc, char **argv) {
  heed_signals();
  if (!is_child_of_a_test(argc, argv)) {
    std::array<int, 2> ends;
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
      return std::perror("pipe2"), 1;
    const pid_t tests = fork();
    if (tests < 0)
      return std::perror("fork"), 1;
    if (tests > 0) {
      close(ends[1]);
      return supervise(tests, ends[0]);
    }
    close(ends[0]);
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // Owned by GoogleTest.
    testing::UnitTest::GetInstance()->listeners().Append(
        new Announcer(ends[1]));
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
