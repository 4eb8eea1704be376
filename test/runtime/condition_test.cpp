#include "heddle/condition.h"

#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(ConditionVariable, BoundedQueue) {
  run(
      [] {
        Mutex mutex;
        ConditionVariable changed;
        std::deque<int> queue;
        long sum = 0;
        WaitGroup group;
        for (int producer = 0; producer < 3; ++producer)
          group.spawn([&] {
            for (int i = 1; i <= 500; ++i) {
              std::unique_lock lock(mutex);
              changed.wait(lock, [&] { return queue.size() < 4; });
              queue.push_back(i);
              changed.notify_all();
            }
          });
        group.spawn([&] {
          for (int i = 0; i < 3 * 500; ++i) {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return !queue.empty(); });
            sum += queue.front();
            queue.pop_front();
            changed.notify_all();
          }
        });
        group.wait();
        EXPECT_EQ(sum, 3L * 500 * 501 / 2);
      },
      {.procs = 2});
}

TEST(ConditionVariable, NotifyOneWakesTheLongestWaiter) {
  run(
      [] {
        Mutex mutex;
        ConditionVariable turn;
        std::vector<int> order;
        WaitGroup group;
        for (int task = 0; task < 4; ++task) {
          group.spawn([&, task] {
            std::unique_lock lock(mutex);
            turn.wait(lock);
            order.push_back(task);
          });
          settle();
        }
        for (int task = 0; task < 4; ++task) {
          turn.notify_one();
          settle();
          EXPECT_EQ(order.size(), task + 1u);
        }
        group.wait();
        EXPECT_EQ(order, (std::vector{0, 1, 2, 3}));
      },
      {.procs = 1});
}

TEST(ConditionVariable, WaitForGivesUp) {
  run([] {
    Mutex mutex;
    ConditionVariable never;
    std::unique_lock lock(mutex);
    const TimePoint start = Clock::now();
    EXPECT_EQ(never.wait_for(lock, 3ms), std::cv_status::timeout);
    EXPECT_GE(Clock::now() - start, 3ms);
    EXPECT_TRUE(lock.owns_lock());
    EXPECT_FALSE(never.wait_for(lock, 1ms, [] { return false; }));
    never.notify_all();
  });
}

TEST(ConditionVariable, NotificationsRaceTimeouts) {
  run(
      [] {
        Mutex mutex;
        ConditionVariable changed;
        int tokens = 0, taken = 0;
        bool closed = false;
        WaitGroup group;
        for (int task = 0; task < 4; ++task)
          group.spawn([&] {
            std::unique_lock lock(mutex);
            while (!closed || tokens > 0)
              if (changed.wait_for(lock, 50us, [&] { return tokens > 0; })) {
                --tokens;
                ++taken;
              }
          });
        for (int i = 0; i < 500; ++i) {
          {
            std::unique_lock lock(mutex);
            ++tokens;
          }
          changed.notify_one();
          if (i % 8 == 0)
            sleep_for(50us);
        }
        {
          std::unique_lock lock(mutex);
          closed = true;
        }
        group.wait();
        EXPECT_EQ(taken, 500);
      },
      {.procs = 2});
}

} // namespace
} // namespace heddle
