#include "heddle/mutex.h"

#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/testing.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <mutex>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(Mutex, Counter) {
  run(
      [] {
        Mutex mutex;
        int counter = 0;
        WaitGroup group;
        for (int task = 0; task < 50; ++task)
          group.spawn([&] {
            for (int i = 0; i < 200; ++i) {
              std::lock_guard lock(mutex);
              const int seen = counter;
              if (i % 16 == 0)
                yield();
              counter = seen + 1;
            }
          });
        group.wait();
        EXPECT_EQ(counter, 50 * 200);
      },
      {.procs = 3});
}

TEST(Mutex, TryLockNeverWaits) {
  Mutex mutex;
  std::unique_lock first(mutex, std::try_to_lock);
  EXPECT_TRUE(first);
  EXPECT_FALSE(std::unique_lock(mutex, std::try_to_lock));
  first.unlock();
  EXPECT_TRUE(std::unique_lock(mutex, std::try_to_lock));
}

TEST(Mutex, IsHeldAcrossSuspensions) {
  run([] {
    Mutex mutex;
    bool inside = false;
    WaitGroup group;
    for (int task = 0; task < 4; ++task)
      group.spawn([&] {
        std::lock_guard lock(mutex);
        EXPECT_FALSE(std::exchange(inside, true));
        sleep_for(1ms);
        EXPECT_TRUE(std::exchange(inside, false));
      });
    group.wait();
  });
}

TEST(Mutex, WakesTheLongestWaiterFirst) {
  run(
      [] {
        Mutex mutex;
        std::vector<int> order;
        WaitGroup group;
        std::unique_lock held(mutex);
        for (int task = 0; task < 5; ++task) {
          group.spawn([&, task] {
            std::lock_guard lock(mutex);
            order.push_back(task);
          });
          settle();
        }
        held.unlock();
        group.wait();
        EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
      },
      {.procs = 1});
}

// Seeded, so that nobody runs before the one that unlocked waits.
TEST(Mutex, IsHandedToAWaiterThatLostItOnce) {
  testing::run_seeded(1, [] {
    Mutex mutex;
    bool waiter_had_it = false;
    WaitGroup group;
    std::unique_lock held(mutex);
    group.spawn([&] {
      std::lock_guard lock(mutex);
      waiter_had_it = true;
    });
    settle();
    held.unlock();
    ASSERT_TRUE(held.try_lock()) << "nobody else has run";
    settle();
    held.unlock();
    EXPECT_FALSE(held.try_lock()) << "it was handed over";
    group.wait();
    EXPECT_TRUE(waiter_had_it);
  });
}

TEST(Mutex, ScopedLockOfTwo) {
  run(
      [] {
        Mutex a, b;
        int moved = 0;
        WaitGroup group;
        for (int task = 0; task < 8; ++task)
          group.spawn([&, task] {
            for (int i = 0; i < 200; ++i) {
              std::scoped_lock lock(task % 2 ? a : b, task % 2 ? b : a);
              ++moved;
            }
          });
        group.wait();
        EXPECT_EQ(moved, 8 * 200);
      },
      {.procs = 2});
}

TEST(Mutex, ServesPlainThreadsAndTasks) {
  Mutex mutex;
  int counter = 0;
  const auto count = [&] {
    for (int i = 0; i < 2000; ++i) {
      std::lock_guard lock(mutex);
      ++counter;
    }
  };
  std::thread first(count), second(count);
  run(
      [&] {
        WaitGroup group;
        group.spawn(count);
        group.spawn(count);
        group.wait();
      },
      {.procs = 2});
  first.join();
  second.join();
  EXPECT_EQ(counter, 4 * 2000);
}

TEST(Mutex, MayBeDestroyedByTheLastOwner) {
  run(
      [] {
        for (int round = 0; round < 300; ++round) {
          auto *mutex = new Mutex;
          WaitGroup group;
          int left = 2;
          for (int task = 0; task < 2; ++task)
            group.spawn([&] {
              mutex->lock();
              const bool last = --left == 0;
              mutex->unlock();
              if (last)
                delete mutex;
            });
          group.wait();
        }
      },
      {.procs = 2});
}

} // namespace
} // namespace heddle
