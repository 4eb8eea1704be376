#include "heddle/process.h"

#include "heddle/buffered.h"
#include "heddle/future.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <dirent.h>
#include <string>
#include <sys/time.h>
#include <sys/wait.h>
#include <system_error>

namespace heddle {
namespace {

using namespace std::chrono_literals;
using Stdio = Process::Stdio;

std::size_t open_descriptors() {
  std::size_t count = 0;
  if (DIR *directory = opendir("/proc/self/fd")) {
    while (readdir(directory))
      ++count;
    closedir(directory);
  }
  return count;
}

bool has_children() {
  return waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD;
}

Process shell(const std::string &script, Process::Options options) {
  return Process::spawn("sh", {"-c", script}, options);
}

TEST(Process, AFilterReadsAndWrites) {
  run([] {
    Process sort = Process::spawn(
        "sort", {"-r"}, {.input = Stdio::pipe, .output = Stdio::pipe});
    sort.input().write_all("a\nc\nb\n");
    sort.input().close();
    EXPECT_EQ(BufferedReader(sort.output()).read_all(), "c\nb\na\n");
    EXPECT_TRUE(sort.wait().success());
  });
  EXPECT_FALSE(has_children());
}

TEST(Process, MoreThanAPipeHoldsFlowsThrough) {
  run([] {
    Process cat = Process::spawn("cat", {},
                                 {.input = Stdio::pipe, .output = Stdio::pipe});
    const std::string much(4 << 20, 'x');
    auto written = async([&] {
      cat.input().write_all(much);
      cat.input().close();
    });
    EXPECT_EQ(BufferedReader(cat.output()).read_all(), much);
    written.get();
    EXPECT_TRUE(cat.wait().success());
  });
}

TEST(Process, TellsHowItEnded) {
  run([] {
    Process exits = shell("exit 3", {});
    EXPECT_EQ(exits.wait().exit_code, 3);
    EXPECT_EQ(exits.wait().exit_code, 3);
    EXPECT_FALSE(exits.wait().success());
    Process killed = Process::spawn("sleep", {"1000"});
    killed.kill(SIGTERM);
    EXPECT_EQ(killed.wait().signal, SIGTERM);
    killed.kill();
  });
  EXPECT_FALSE(has_children());
}

TEST(Process, GetsItsSurroundings) {
  run([] {
    Process process =
        shell("echo $NAME; pwd; echo wrong >&2; cat",
              {.environment = {{"NAME=value", "PATH=/usr/bin:/bin"}},
               .directory = "/",
               .input = Stdio::null,
               .output = Stdio::pipe,
               .error_output = Stdio::output});
    EXPECT_EQ(BufferedReader(process.output()).read_all(), "value\n/\nwrong\n");
    EXPECT_TRUE(process.wait().success());
    Process errors = shell(
        "echo wrong >&2", {.output = Stdio::null, .error_output = Stdio::pipe});
    EXPECT_EQ(BufferedReader(errors.error_output()).read_all(), "wrong\n");
  });
}

TEST(Process, GetsNoOtherDescriptors) {
  run([] {
    // Some of ours that anybody would inherit.
    const int ours = dup(0);
    Process ls = Process::spawn("sh", {"-c", "ls /proc/self/fd"},
                                {.output = Stdio::pipe});
    // The one more is the directory that ls reads.
    EXPECT_EQ(BufferedReader(ls.output()).read_all(), "0\n1\n2\n3\n");
    close(ours);
  });
}

TEST(Process, OneThatIsNotThereIsAnErrorThatNamesIt) {
  run([] {
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 10; ++i)
      try {
        (void)Process::spawn("no-such-program", {},
                             {.input = Stdio::pipe, .output = Stdio::pipe});
        ADD_FAILURE() << "started";
      } catch (const std::system_error &error) {
        EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
        EXPECT_THAT(error.what(), testing::HasSubstr("no-such-program"));
      }
    EXPECT_EQ(open_descriptors(), before);
  });
  EXPECT_FALSE(has_children());
}

TEST(Process, LeavesNothingBehind) {
  run([] {
    (void)Process::spawn("true").wait();
    const std::size_t before = open_descriptors();
    WaitGroup all;
    for (int i = 0; i < 20; ++i)
      all.spawn([i] {
        Process process =
            Process::spawn(i % 2 ? "true" : "sleep", {"1000"},
                           {.input = Stdio::pipe, .output = Stdio::pipe});
        if (i % 2)
          EXPECT_TRUE(process.wait().success());
        Process moved = std::move(process);
      });
    all.wait();
    EXPECT_EQ(open_descriptors(), before);
  });
  EXPECT_FALSE(has_children());
}

TEST(Process, AWaitEndsWithItsContext) {
  run([] {
    Process sleep = Process::spawn("sleep", {"1000"});
    auto [context, cancel] = with_timeout(background(), 5ms);
    try {
      (void)sleep.wait(context);
      ADD_FAILURE() << "ended";
    } catch (const std::system_error &error) {
      EXPECT_EQ(error.code(), std::errc::timed_out);
    }
    sleep.kill();
    EXPECT_EQ(sleep.wait().signal, SIGKILL);
  });
}

// Interrupts whatever system call there is, many times a second.
class InterruptStorm {
public:
  InterruptStorm() {
    count = 0;
    struct sigaction action{};
    action.sa_handler = [](int) { ++count; };
    sigaction(SIGALRM, &action, &before_);
    const itimerval often{{0, 500}, {0, 500}};
    setitimer(ITIMER_REAL, &often, nullptr);
  }
  ~InterruptStorm() {
    const itimerval never{};
    setitimer(ITIMER_REAL, &never, nullptr);
    // One may be on its way to another thread.
    std::signal(SIGALRM, SIG_IGN);
    sigaction(SIGALRM, &before_, nullptr);
  }

  static inline std::atomic<int> count{0};

private:
  struct sigaction before_;
};

TEST(Process, InterruptionsDoNoHarm) {
  run([] {
    InterruptStorm storm;
    for (int i = 0; i < 10; ++i) {
      Process cat = Process::spawn(
          "cat", {}, {.input = Stdio::pipe, .output = Stdio::pipe});
      const std::string much(1 << 20, 'x');
      auto written = async([&] {
        cat.input().write_all(much);
        cat.input().close();
      });
      EXPECT_EQ(BufferedReader(cat.output()).read_all(), much);
      written.get();
      EXPECT_TRUE(cat.wait().success());
    }
    while (InterruptStorm::count == 0)
      sleep_for(1ms);
  });
}

} // namespace
} // namespace heddle
