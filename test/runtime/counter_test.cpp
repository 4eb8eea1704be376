#include "heddle/counter.h"

#include "heddle/parallel.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace heddle {
namespace {

TEST(Counter, CountsWhatAllTasksAdd) {
  Counter requests;
  run(
      [&] {
        WaitGroup group;
        for (int i = 0; i < 100; ++i)
          group.spawn([&] {
            for (int j = 0; j < 100; ++j)
              requests.increment();
            requests.add(-50);
          });
        group.wait();
      },
      {.procs = 4});
  EXPECT_EQ(requests.value(), 5000);
}

TEST(Counter, CountsOnPlainThreads) {
  static constinit Counter counter;
  EXPECT_EQ(counter.value(), 0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([] {
      for (int j = 0; j < 1000; ++j)
        counter.add(2);
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(counter.value(), 8000);
}

TEST(Counter, NeverGoesBackWhileOthersOnlyAdd) {
  run(
      [] {
        Counter counter;
        WaitGroup group;
        for (int i = 0; i < 3; ++i)
          group.spawn([&] {
            for (int j = 0; j < 2000; ++j) {
              counter.increment();
              checkpoint();
            }
          });
        std::int64_t last = 0;
        while (last < 6000) {
          std::int64_t now = counter.value();
          ASSERT_GE(now, last);
          ASSERT_LE(now, 6000);
          last = now;
          yield();
        }
        group.wait();
      },
      {.procs = 2});
}

TEST(ActiveCount, CountsTheGuards) {
  ActiveCount active;
  EXPECT_EQ(active.count(), 0u);
  {
    auto first = active.enter();
    auto second = active.enter();
    EXPECT_EQ(active.count(), 2u);
    ActiveCount::Guard moved = std::move(first);
    EXPECT_EQ(active.count(), 2u);
    second = std::move(moved);
    EXPECT_EQ(active.count(), 1u);
  }
  EXPECT_EQ(active.count(), 0u);
}

TEST(ActiveCount, GuardGoesWithTheWork) {
  run([] {
    ActiveCount active;
    WaitGroup group;
    for (int i = 0; i < 10; ++i)
      group.spawn([&, guard = active.enter()] {
        EXPECT_GE(active.count(), 1u);
        yield();
      });
    EXPECT_GT(active.count(), 0u);
    group.wait();
    EXPECT_EQ(active.count(), 0u);
  });
}

} // namespace
} // namespace heddle
