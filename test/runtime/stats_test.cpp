#include "heddle/stats.h"

#include "heddle/foreign.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

namespace heddle {
namespace {

TEST(NumTasks, IsExact) {
  run(
      [] {
        EXPECT_EQ(num_tasks(), 1u);
        WaitGroup release, group;
        release.add();
        for (int i = 0; i < 1000; ++i) {
          group.add();
          spawn([&] {
            release.wait();
            group.done();
          });
        }
        EXPECT_EQ(num_tasks(), 1001u);
        EXPECT_EQ(stats().tasks, 1001u);
        yield();
        EXPECT_EQ(num_tasks(), 1001u);
        release.done();
        group.wait();
        settle(); // those that report to the group end just after
        EXPECT_EQ(num_tasks(), 1u);
        EXPECT_EQ(stats().tasks, 1u);
      },
      {.procs = 1});
  EXPECT_EQ(num_tasks(), 0u);
}

TEST(Stats, CountWhatHappens) {
  run(
      [] {
        Stats before = stats();
        WaitGroup group;
        for (int i = 0; i < 100; ++i)
          group.spawn([] { yield(); });
        sleep_for(std::chrono::milliseconds(1));
        group.wait();
        Stats after = stats();
        EXPECT_EQ(after.procs, 2u);
        EXPECT_GE(after.spawned, before.spawned + 100);
        EXPECT_GE(after.switches, before.switches + 100);
        EXPECT_GE(after.threads, 1u);
        EXPECT_EQ(after.unguarded, 0u);
        EXPECT_GT(after.stacks, 0u);
      },
      {.procs = 2});
}

} // namespace
} // namespace heddle
