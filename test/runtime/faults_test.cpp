// What the system refuses or disturbs: an error or a delay, and no more.

#include "heddle/channel.h"
#include "heddle/foreign.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"
#include "programs/run_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <string>
#include <sys/time.h>

namespace heddle {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;

class Refusal : public testing::Test {
protected:
  void SetUp() override {
    if (sanitizer)
      GTEST_SKIP() << sanitizer;
  }
  static Outcome scene(const std::string &name) {
    return run_command(program("refusals") + " " + name);
  }
};

TEST_F(Refusal, OfStacksLetsTasksStartLater) {
  Outcome outcome = scene("stacks_are_short");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output,
              ContainsRegex("^2000 done with ([0-9]|[0-9][0-9]|1[0-9][0-9]) "
                            "stacks"));
}

TEST_F(Refusal, OfStacksThatAllNeedIsReported) {
  Outcome outcome = scene("stacks_are_missing");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(
      outcome.output,
      AllOf(HasSubstr("no memory for another task's stack, and all tasks that "
                      "have one wait"),
            ContainsRegex("refusals.cpp:[0-9]+, waits for a WaitGroup \\("),
            ContainsRegex("refusals.cpp:[0-9]+, has not started \\(")));
}

TEST_F(Refusal, OfNodesIsAnExceptionOfSpawn) {
  Outcome outcome = scene("nodes_are_missing");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.output, "refused\nall ran 102\n");
}

TEST_F(Refusal, OfTheFirstThreadsIsAnExceptionOfRun) {
  Outcome outcome = scene("no_thread_starts");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output,
              AllOf(ContainsRegex("^refused: heddle: no thread could be started"
                                  ".*\nrefused: "),
                    HasSubstr("later: 5")));
}

TEST_F(Refusal, OfFurtherThreadsIsMadeDoWith) {
  Outcome outcome = scene("one_thread_must_do");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.output, "100 done\n");
}

TEST_F(Refusal, OfThreadsHarmsNoDump) {
  Outcome outcome = scene("threads_are_refused_in_dumps");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("10000 done\n"),
                                    HasSubstr("tasks on 4 processors")));
}

TEST_F(Refusal, OfThreadsForAWhileIsNotForEver) {
  Outcome outcome = scene("threads_come_later");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output, HasSubstr("written"));
}

TEST(Interruptions, HarmNobody) {
  struct sigaction action{}, former;
  static std::atomic<int> signals{0};
  action.sa_handler = [](int) { ++signals; };
  sigemptyset(&action.sa_mask);
  // Without SA_RESTART, so that every wait in the kernel is cut short.
  ASSERT_EQ(sigaction(SIGALRM, &action, &former), 0);
  itimerval storm{{0, 200}, {0, 200}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &storm, nullptr), 0);
  for (int round = 0; round < 10 || signals < 100; ++round) {
    std::atomic<int> done{0};
    run(
        [&] {
          WaitGroup group;
          Channel<int> channel;
          for (int i = 0; i < 50; ++i) {
            group.spawn([&] {
              sleep_for(std::chrono::microseconds(300));
              EXPECT_TRUE(channel.send(1));
            });
            group.spawn([&] {
              blocking([&] { done += channel.receive().value_or(0); });
            });
          }
          group.wait();
        },
        {.procs = 2});
    EXPECT_EQ(done, 50);
  }
  storm = {};
  setitimer(ITIMER_REAL, &storm, nullptr);
  // One may be on its way to another thread.
  std::signal(SIGALRM, SIG_IGN);
  sigaction(SIGALRM, &former, nullptr);
}

} // namespace
} // namespace heddle
