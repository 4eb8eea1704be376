#include "heddle/channel.h"
#include "heddle/foreign.h"
#include "heddle/pin.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

namespace heddle {
namespace {

using namespace std::chrono_literals;

class DeadlockDeathTest : public testing::Test {
protected:
  DeadlockDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(DeadlockDeathTest, IsReportedWithAllTasks) {
  EXPECT_EXIT(run([] {
                Channel<int> never;
                WaitGroup group;
                for (int i = 0; i < 3; ++i)
                  group.spawn([&] { never.receive(); });
                group.wait();
              }),
              testing::ExitedWithCode(2),
              "deadlock: all tasks wait(.|\n)*deadlock_test.cpp:[0-9]+, waits "
              "for a channel, to receive");
}

TEST_F(DeadlockDeathTest, OfTheFirstTaskAlone) {
  EXPECT_EXIT(run([] {
                WaitGroup group;
                group.add();
                group.wait();
              }),
              testing::ExitedWithCode(2), "waits for a WaitGroup");
}

TEST_F(DeadlockDeathTest, OfPinnedTasks) {
  EXPECT_EXIT(run([] {
                ThreadPin pin;
                WaitGroup group;
                group.add();
                group.wait();
              }),
              testing::ExitedWithCode(2), "waits for a WaitGroup");
}

TEST_F(DeadlockDeathTest, IsNoneWhileSomethingCanWakeATask) {
  run([] { sleep_for(100ms); });
  run([] { blocking([] { std::this_thread::sleep_for(100ms); }); });
  run([] {
    WaitGroup group;
    group.add();
    std::thread outside([&] {
      std::this_thread::sleep_for(150ms);
      group.done();
    });
    group.wait();
    outside.join();
  });
}

TEST_F(DeadlockDeathTest, ReportCanBeTurnedOff) {
  EXPECT_EXIT(
      {
        std::thread([] {
          std::this_thread::sleep_for(200ms);
          std::_Exit(7);
        }).detach();
        run(
            [] {
              WaitGroup group;
              group.add();
              group.wait();
            },
            {.report_deadlock = false});
      },
      testing::ExitedWithCode(7), "");
}

} // namespace
} // namespace heddle
