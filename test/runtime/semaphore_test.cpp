#include "heddle/semaphore.h"

#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(Semaphore, BoundsWhatGoesOnAtOnce) {
  run(
      [] {
        Semaphore slots(3);
        std::atomic<int> inside = 0, most = 0;
        WaitGroup group;
        for (int task = 0; task < 60; ++task)
          group.spawn([&] {
            SemaphoreGuard slot(slots);
            const int now = ++inside;
            for (int seen = most; seen < now;)
              if (most.compare_exchange_weak(seen, now))
                break;
            yield();
            --inside;
          });
        group.wait();
        EXPECT_LE(most, 3);
        EXPECT_EQ(slots.available(), 3u);
      },
      {.procs = 2});
}

TEST(Semaphore, ServesInOrderAndIsNotOvertaken) {
  const std::vector<int> order = run_in_turn([] {
    Semaphore slots(0);
    Log<int> log;
    WaitGroup group;
    for (int task = 0; task < 5; ++task) {
      group.spawn([&, task] {
        slots.acquire();
        log.add(task);
      });
      settle();
    }
    slots.release(2);
    EXPECT_FALSE(slots.try_acquire()) << "both belong to waiters";
    slots.release(3);
    group.wait();
    return log.entries();
  });
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
}

TEST(Semaphore, TryAcquire) {
  Semaphore slots(1);
  EXPECT_TRUE(slots.try_acquire());
  EXPECT_FALSE(slots.try_acquire());
  slots.release();
  EXPECT_TRUE(slots.try_acquire());
}

TEST(Semaphore, TryAcquireForGivesUpAndLosesNoSlot) {
  run([] {
    Semaphore slots(0);
    const TimePoint start = Clock::now();
    EXPECT_FALSE(slots.try_acquire_for(3ms));
    EXPECT_GE(Clock::now() - start, 3ms);
    slots.release();
    EXPECT_EQ(slots.available(), 1u);
    EXPECT_TRUE(slots.try_acquire_for(1ms));
  });
}

TEST(Semaphore, ReleasesRaceTimeouts) {
  run(
      [] {
        Semaphore slots(0);
        std::atomic<int> taken = 0;
        std::atomic<bool> over = false;
        WaitGroup group;
        for (int task = 0; task < 4; ++task)
          group.spawn([&] {
            while (!over)
              taken += slots.try_acquire_for(30us);
          });
        for (int i = 0; i < 500; ++i) {
          slots.release();
          if (i % 4 == 0)
            sleep_for(30us);
        }
        over = true;
        group.wait();
        EXPECT_EQ(taken + slots.available(), 500u);
      },
      {.procs = 2});
}

TEST(Semaphore, SpawnLimited) {
  run(
      [] {
        Semaphore slots(2);
        std::atomic<int> inside = 0, done = 0;
        WaitGroup group;
        group.add(40);
        for (int task = 0; task < 40; ++task)
          spawn_limited(slots, [&] {
            EXPECT_LE(++inside, 2);
            yield();
            --inside;
            ++done;
            group.done();
          });
        group.wait();
        EXPECT_EQ(done, 40);
      },
      {.procs = 2});
}

TEST(Semaphore, ServesPlainThreads) {
  Semaphore ping(0), pong(0);
  std::thread other([&] {
    for (int i = 0; i < 200; ++i) {
      ping.acquire();
      pong.release();
    }
  });
  for (int i = 0; i < 200; ++i) {
    ping.release();
    pong.acquire();
  }
  other.join();
}

} // namespace
} // namespace heddle
