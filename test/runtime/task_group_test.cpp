#include "heddle/task_group.h"

#include "heddle/channel.h"
#include "heddle/event.h"
#include "heddle/runtime.h"
#include "heddle/select.h"
#include "heddle/spawn.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(TaskGroup, WaitsForAll) {
  run(
      [] {
        std::vector<int> squares(50);
        TaskGroup group;
        for (int i = 0; i < 50; ++i)
          group.spawn([&, i] {
            if (i % 2)
              yield();
            squares[i] = i * i;
          });
        group.wait();
        for (int i = 0; i < 50; ++i)
          EXPECT_EQ(squares[i], i * i);
        EXPECT_FALSE(group.context().error());
      },
      {.procs = 2});
}

TEST(TaskGroup, ThrowsTheFirstExceptionAndCancelsTheRest) {
  run(
      [] {
        TaskGroup group;
        std::atomic<int> cancelled = 0;
        WaitGroup all_wait;
        all_wait.add(3);
        for (int task = 0; task < 3; ++task)
          group.spawn([&](const Context &context) {
            all_wait.done();
            context.done().wait();
            ++cancelled;
            throw std::logic_error("a later one");
          });
        all_wait.wait();
        group.spawn([] { throw std::runtime_error("the first"); });
        try {
          group.wait();
          ADD_FAILURE() << "nothing was thrown";
        } catch (const std::runtime_error &error) {
          EXPECT_STREQ(error.what(), "the first");
        }
        EXPECT_EQ(cancelled, 3);
        EXPECT_TRUE(group.context().cancelled());
      },
      {.procs = 1});
}

TEST(TaskGroup, AFailedGroupStaysSo) {
  run(
      [] {
        TaskGroup group;
        group.spawn([] { throw std::runtime_error("failed"); });
        EXPECT_THROW(group.wait(), std::runtime_error);
        bool ran = false;
        group.spawn([&] { ran = true; });
        EXPECT_THROW(group.wait(), std::runtime_error);
        EXPECT_FALSE(ran);
      },
      {.procs = 2});
}

TEST(TaskGroup, MayBeUsedAgain) {
  run([] {
    TaskGroup group;
    int done = 0;
    for (int round = 1; round <= 5; ++round) {
      group.spawn([&] { ++done; });
      group.wait();
      EXPECT_EQ(done, round);
    }
  });
}

TEST(TaskGroup, KeepsToTheLimit) {
  run(
      [] {
        TaskGroup group;
        group.set_limit(3);
        std::atomic<int> alive = 0, most = 0, ran = 0;
        for (int i = 0; i < 40; ++i)
          group.spawn([&] {
            int now = ++alive;
            for (int seen = most; now > seen;)
              if (most.compare_exchange_weak(seen, now))
                break;
            yield();
            ++ran;
            --alive;
          });
        group.wait();
        EXPECT_EQ(ran, 40);
        EXPECT_LE(most, 3);
        EXPECT_GE(most, 1);
        group.set_limit(0);
        WaitGroup together;
        together.add(10);
        for (int i = 0; i < 10; ++i)
          group.spawn([&] {
            together.done();
            together.wait();
          });
        group.wait();
      },
      {.procs = 2});
}

TEST(TaskGroup, AFailureUnderALimitFreesWhoSpawns) {
  run(
      [] {
        TaskGroup group;
        group.set_limit(2);
        std::atomic<int> begun = 0;
        for (int i = 0; i < 20; ++i)
          group.spawn([&] {
            ++begun;
            throw std::runtime_error("at once");
          });
        EXPECT_THROW(group.wait(), std::runtime_error);
        EXPECT_GE(begun, 1);
      },
      {.procs = 2});
}

TEST(TaskGroup, FollowsItsParentContext) {
  run([] {
    auto [parent, cancel] = with_cancel(background());
    TaskGroup group(parent);
    int saw_the_end = 0;
    group.spawn([&](const Context &context) {
      context.done().wait();
      ++saw_the_end;
    });
    cancel();
    group.wait();
    EXPECT_EQ(saw_the_end, 1);
  });
}

TEST(TaskGroup, TheDestructorCancelsAndWaits) {
  run(
      [] {
        std::atomic<int> ended = 0;
        {
          TaskGroup group;
          for (int task = 0; task < 5; ++task)
            group.spawn([&](const Context &context) {
              context.done().wait();
              if (++ended == 5)
                throw std::runtime_error("nobody asks");
            });
        }
        EXPECT_EQ(ended, 5);
      },
      {.procs = 2});
}

TEST(TaskGroup, AnExceptionInTheScopeWaitsForTheTasks) {
  run(
      [] {
        bool ended = false;
        try {
          TaskGroup group;
          group.spawn([&](const Context &context) {
            context.done().wait();
            sleep_for(1ms);
            ended = true;
          });
          throw std::runtime_error("out of here");
        } catch (const std::runtime_error &error) {
          EXPECT_STREQ(error.what(), "out of here");
        }
        EXPECT_TRUE(ended);
      },
      {.procs = 2});
}

TEST(TaskGroup, WaitForGivesUp) {
  run([] {
    TaskGroup group;
    Event go;
    group.spawn([&] { go.wait(); });
    EXPECT_FALSE(group.wait_for(1ms));
    go.set();
    EXPECT_TRUE(group.wait_for(1h));
    group.spawn([] { throw std::runtime_error("late"); });
    EXPECT_THROW((void)group.wait_for(1h), std::runtime_error);
  });
}

TEST(TaskGroup, TasksMaySpawnMore) {
  run(
      [] {
        TaskGroup group;
        std::atomic<int> leaves = 0;
        const auto grow = [&](auto &self, int depth) -> void {
          if (depth == 0) {
            ++leaves;
            return;
          }
          for (int branch = 0; branch < 3; ++branch)
            group.spawn([&self, depth] { self(self, depth - 1); });
        };
        grow(grow, 5);
        group.wait();
        EXPECT_EQ(leaves, 3 * 3 * 3 * 3 * 3);
      },
      {.procs = 2});
}

TEST(TaskGroup, TakesLargeAndMoveOnlyClosures) {
  run([] {
    TaskGroup group;
    auto box = std::make_unique<int>(7);
    std::string text(200, 'x');
    int sum = 0;
    group.spawn([&sum, box = std::move(box), text, more = std::vector{1, 2}] {
      sum = *box + static_cast<int>(text.size() + more.size());
    });
    group.wait();
    EXPECT_EQ(sum, 209);
  });
}

} // namespace
} // namespace heddle
