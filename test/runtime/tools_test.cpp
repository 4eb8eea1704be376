// What others see of the tasks: a terminal, a debugger, a memory checker.

#include "heddle/channel.h"
#include "heddle/foreign.h"
#include "heddle/future.h"
#include "heddle/memory.h"
#include "heddle/pin.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"
#include "programs/run_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace heddle {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

bool is_missing(const std::string &tool) {
  return run_command("command -v " + tool).status != 0;
}

TEST(Sigquit, PrintsTheTasksAndTheProgramGoesOn) {
  Outcome outcome = run_command(program("tasks") + " quit");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(
      outcome.output,
      AllOf(ContainsRegex("heddle: 6 tasks on [0-9]+ processors"),
            ContainsRegex("tasks.cpp:[0-9]+, waits for a channel, to receive "
                          "\\(3 tasks\\)"),
            ContainsRegex("waits for a Mutex"),
            ContainsRegex("waits for the end of a sleep|runs"),
            HasSubstr("went on to the end")));
#if !defined(HEDDLE_ASAN) && !defined(HEDDLE_TSAN)
  EXPECT_THAT(outcome.output,
              AllOf(ContainsRegex("#[0-9] await_order\\("),
                    ContainsRegex("#[0-9] await_turn\\(heddle::Mutex&\\) "
                                  "\\(heddle_test_tasks\\+0x[0-9a-f]+\\)"),
                    Not(HasSubstr("heddle::detail::dispatch"))));
#endif
}

// How much was written to standard error, which GoogleTest keeps in a file.
off_t captured() {
  struct stat file;
  return fstat(STDERR_FILENO, &file) == 0 ? file.st_size : 0;
}

// Tasks come, go, wait, hand over, block and are pinned while all processors
// are taken again and again.
TEST(Sigquit, HarmsNobodyUnderLoad) {
  testing::internal::CaptureStderr();
  long rounds = run(
      [] {
        std::atomic<bool> stop{false};
        std::atomic<long> rounds{0};
        Channel<int> channel;
        WaitGroup group;
        for (int i = 0; i < 8; ++i) {
          group.spawn([&] {
            while (channel.send(1))
              ++rounds;
          });
          group.spawn([&] {
            while (channel.receive())
              async([] { yield(); }).wait();
          });
        }
        group.spawn([&] {
          ThreadPin pin;
          while (!stop)
            sleep_for(std::chrono::microseconds(20));
        });
        group.spawn([&] {
          while (!stop)
            with_stack(1 << 20, [] {
              blocking([] { std::this_thread::yield(); });
              sleep_for(std::chrono::microseconds(20));
            });
        });
        for (int i = 0; i < 100; ++i) {
          const long before = rounds;
          const off_t answered = captured();
          raise(SIGQUIT);
          while (rounds < before + 20 || captured() == answered)
            sleep_for(std::chrono::microseconds(200));
        }
        stop = true;
        channel.close();
        group.wait();
        return rounds.load();
      },
      {.procs = 3});
  EXPECT_GE(rounds, 2000);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("tasks on 3 processors"),
                    HasSubstr("waits for a channel")));
}

// A task that waited on a stack that is gone, and now waits for a child that
// runs on top of its frames.
TEST(Sigquit, LooksAtNoStackThatIsGone) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run(
                [] {
                  with_stack(1 << 20,
                             [] { sleep_for(std::chrono::milliseconds(1)); });
                  release_memory();
                  int ran = 0;
                  WaitGroup group;
                  group.spawn([&] {
                    raise(SIGQUIT);
                    while (captured() == 0)
                      std::this_thread::sleep_for(std::chrono::milliseconds(1));
                    ++ran;
                  });
                  group.wait();
                  return ran;
                },
                {.procs = 1}),
            1);
  testing::internal::GetCapturedStderr();
}

TEST(Debugger, ListsTasksAndTheirCalls) {
  if (sanitizer)
    GTEST_SKIP() << sanitizer;
  if (is_missing("gdb"))
    GTEST_SKIP() << "there is no gdb";
  Outcome outcome = run_command(
      "gdb -nx -batch -ex 'source " HEDDLE_GDB_SCRIPT "' "
      "-ex 'break all_wait' -ex run -ex 'heddle tasks' "
      "-ex 'heddle bt all' -ex 'heddle bt 99' -ex continue --args " +
      program("tasks"));
  if (outcome.output.find("ptrace: Operation not permitted") !=
      std::string::npos)
    GTEST_SKIP() << "this system lets no debugger run";
  EXPECT_THAT(
      outcome.output,
      AllOf(ContainsRegex("6 spawned at .*tasks.cpp:[0-9]+, waits for"),
            ContainsRegex("spawned at .*tasks.cpp:[0-9]+, runs"),
            ContainsRegex("waits for a Mutex\n(#.*\n)*#[0-9]+ .*await_turn"),
            ContainsRegex("waits for a channel, to receive\n(#.*\n)*#[0-9]+ "
                          ".*await_order"),
            ContainsRegex("runs\n(.*\n)*#0 .*all_wait"),
            HasSubstr("which task?"), HasSubstr("went on to the end")));
  // Each ends at its stack's first frame.
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("in heddle_start"),
                                    Not(HasSubstr("Backtrace stopped"))));
}

TEST(Valgrind, FindsNothing) {
  if (sanitizer)
    GTEST_SKIP() << sanitizer;
  if (is_missing("valgrind"))
    GTEST_SKIP() << "there is no valgrind";
  Outcome outcome = run_command("valgrind --error-exitcode=9 --leak-check=full "
                                "--errors-for-leak-kinds=definite " +
                                program("mixture"));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("ERROR SUMMARY: 0 errors"),
                                    Not(HasSubstr("switching stacks"))));
}

} // namespace
} // namespace heddle
