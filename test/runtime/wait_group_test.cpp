#include "heddle/wait_group.h"

#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace heddle {
namespace {

TEST(WaitGroup, EmptyNeedsNoWait) {
  run([] {
    WaitGroup group;
    group.wait();
    group.add(3);
    group.add(-2);
    group.done();
    group.wait();
  });
}

TEST(WaitGroup, WaitsForAll) {
  run([] {
    for (int round = 0; round < 50; ++round) {
      WaitGroup group;
      int done[64] = {};
      for (int &d : done)
        group.spawn([&d] {
          yield();
          d = 1;
        });
      group.wait();
      for (int d : done)
        ASSERT_EQ(d, 1);
    }
  });
}

TEST(WaitGroup, WakesEveryWaiter) {
  run([] {
    WaitGroup group, waiters;
    group.add();
    std::atomic<int> woken{0};
    for (int i = 0; i < 20; ++i)
      waiters.spawn([&] {
        group.wait();
        ++woken;
      });
    settle();
    EXPECT_EQ(woken, 0);
    group.done();
    waiters.wait();
    EXPECT_EQ(woken, 20);
  });
}

TEST(WaitGroup, MayBeDestroyedRightAfterTheWait) {
  run([] {
    for (int i = 0; i < 3000; ++i) {
      auto group = std::make_unique<WaitGroup>();
      group->add(2);
      spawn([&g = *group] { g.done(); });
      spawn([&g = *group] {
        yield();
        g.done();
      });
      group->wait();
    }
  });
}

TEST(WaitGroup, MayBeUsedAgain) {
  run([] {
    WaitGroup group;
    std::atomic<int> done{0};
    for (int i = 1; i <= 100; ++i) {
      group.spawn([&] { ++done; });
      group.wait();
      ASSERT_EQ(done, i);
    }
  });
}

TEST(WaitGroup, WorksBetweenTasksAndPlainThreads) {
  run([] {
    for (int i = 0; i < 20; ++i) {
      WaitGroup there, back;
      there.add();
      back.add();
      std::thread outside([&] {
        there.wait();
        back.done();
      });
      there.done();
      back.wait();
      outside.join();
    }
  });
}

// The waiter runs children on its own stack: those must be able to wait, there.
TEST(WaitGroup, ChildrenThatRunWithinTheWaiterMayWait) {
  run([] {
    std::atomic<int> leaves{0};
    auto grow = [&](auto &self, int depth) -> void {
      if (depth == 0) {
        yield();
        ++leaves;
        return;
      }
      WaitGroup group;
      for (int i = 0; i < 3; ++i)
        group.spawn([&, depth] { self(self, depth - 1); });
      group.wait();
    };
    grow(grow, 6);
    EXPECT_EQ(leaves, 729);
  });
}

TEST(WaitGroup, DeepNestingDoesNotOverflowTheWaitersStack) {
  run([] {
    std::atomic<int> depth{0};
    auto descend = [&](auto &self, int left) -> void {
      char frame[512];
      const_cast<volatile char &>(frame[0]) = 1;
      ++depth;
      if (left == 0)
        return;
      WaitGroup group;
      group.spawn([&, left] { self(self, left - 1); });
      group.wait();
    };
    WaitGroup group;
    group.spawn([&] { descend(descend, 3000); });
    group.wait();
    EXPECT_EQ(depth, 3001);
  });
}

TEST(WaitGroupDeathTest, OneDoneTooManyEndsTheProgram) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(run([] {
                 WaitGroup group;
                 group.done();
               }),
               "done.. without an add");
}

} // namespace
} // namespace heddle
