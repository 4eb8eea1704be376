#include "heddle/spawn.h"

#include "heddle/runtime.h"
#include "heddle/testing.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(Spawn, RunsEachClosureOnce) {
  run([] {
    constexpr int count = 20'000;
    std::vector<std::atomic<int>> runs(count);
    WaitGroup group;
    group.add(count);
    for (int i = 0; i < count; ++i)
      spawn([&, i] {
        ++runs[i];
        group.done();
      });
    group.wait();
    for (auto &r : runs)
      ASSERT_EQ(r, 1);
  });
}

TEST(Spawn, TakesClosuresOfAnyKind) {
  run([] {
    WaitGroup group;
    auto owned = std::make_unique<int>(1);
    std::array<char, 500> large{};
    large[499] = 2;
    alignas(64) struct alignas(64) Aligned {
      int value = 3;
    } aligned;
    std::atomic<int> sum{0};
    group.add(3);
    spawn([&, owned = std::move(owned)] {
      sum += *owned;
      group.done();
    });
    spawn([&, large] {
      sum += large[499];
      group.done();
    });
    spawn([&, aligned] {
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&aligned) % 64, 0u);
      sum += aligned.value;
      group.done();
    });
    group.wait();
    EXPECT_EQ(sum, 6);
  });
}

TEST(Spawn, DestroysTheClosureInTheTask) {
  auto counted = std::make_shared<int>(0);
  run([&] {
    WaitGroup group;
    group.spawn([counted] { ++*counted; });
    group.wait();
  });
  EXPECT_EQ(*counted, 1);
  EXPECT_EQ(counted.use_count(), 1);
}

TEST(Spawn, ClosureThatCannotBeCopiedSpawnsNothing) {
  struct Throws {
    Throws() = default;
    Throws(const Throws &) { throw std::runtime_error("copy"); }
    void operator()() const { ADD_FAILURE(); }
  };
  run([] {
    Throws throws;
    EXPECT_THROW(spawn(throws), std::runtime_error);
    yield();
  });
}

TEST(Yield, LetsOthersRun) {
  const std::vector<char> order = run_in_turn([] {
    Log<char> log;
    WaitGroup group;
    for (char name : {'a', 'b', 'c'})
      group.spawn([&log, name] {
        for (int i = 0; i < 3; ++i) {
          log.add(name);
          yield();
        }
      });
    // Else the wait would run them, the last first.
    yield();
    group.wait();
    return log.entries();
  });
  EXPECT_EQ(std::string(order.begin(), order.end()), "abcabcabc");
}

TEST(Yield, DoesNotStarveSpawnedTasks) {
  run(
      [] {
        std::atomic<bool> stop{false};
        WaitGroup group;
        for (int i = 0; i < 3; ++i)
          group.spawn([&] {
            while (!stop)
              yield();
          });
        group.spawn([&] {
          WaitGroup inner;
          inner.spawn([&] { stop = true; });
          inner.wait();
        });
        group.wait();
      },
      {.procs = 1});
}

TEST(Sleep, TakesAtLeastThatLong) {
  run([] {
    for (Duration d : {Duration(1us), Duration(100us), Duration(3ms)}) {
      auto begin = Clock::now();
      sleep_for(d);
      EXPECT_GE(Clock::now() - begin, d);
    }
    sleep_for(-1s);
    sleep_until(Clock::now() - 1s);
  });
}

// In virtual time: who is late in real time may be woken by several threads.
TEST(Sleep, WakesInOrderOfTheDeadlines) {
  testing::run_seeded(1, [] {
    std::vector<int> order;
    WaitGroup group;
    auto begin = Clock::now() + 200ms;
    for (int i : {3, 1, 4, 2, 5})
      group.spawn([&, i] {
        sleep_until(begin + i * 5ms);
        order.push_back(i);
      });
    group.wait();
    EXPECT_EQ(order, (std::vector{1, 2, 3, 4, 5}));
  });
}

TEST(Async, GivesTheResult) {
  run([] {
    EXPECT_EQ(async([] { return 5; }).get(), 5);
    EXPECT_EQ(*async([] { return std::make_unique<int>(6); }).get(), 6);
    int x = 0;
    int &same = async([&]() -> int & { return x; }).get();
    EXPECT_EQ(&same, &x);
    async([&] { x = 1; }).get();
    EXPECT_EQ(x, 1);
  });
}

TEST(Async, CarriesTheException) {
  run([] {
    auto future = async([]() -> int { throw std::runtime_error("no"); });
    EXPECT_THROW(future.get(), std::runtime_error);
    EXPECT_FALSE(future.valid());
  });
}

TEST(Async, DroppedFutureDetaches) {
  run([] {
    WaitGroup group;
    group.add();
    {
      auto future = async([&] {
        yield();
        group.done();
      });
    }
    group.wait();
  });
}

TEST(Async, WaitForTimesOut) {
  run([] {
    std::atomic<bool> stop{false};
    auto future = async([&] {
      while (!stop)
        sleep_for(1ms);
      return 1;
    });
    EXPECT_FALSE(future.wait_for(5ms));
    EXPECT_FALSE(future.ready());
    stop = true;
    EXPECT_TRUE(future.wait_for(100s));
    EXPECT_TRUE(future.ready());
    EXPECT_EQ(future.get(), 1);
  });
}

TEST(Async, ManyRacingTimeOuts) {
  run([] {
    int timed_out = 0;
    for (int i = 0; i < 300; ++i) {
      auto future = async([] { sleep_for(50us); });
      timed_out += !future.wait_for(50us);
      future.get();
    }
    EXPECT_LE(timed_out, 300);
  });
}

TEST(Async, WaitsWithoutEndMayBeAskedFor) {
  run([] {
    auto future = async([] { sleep_for(1ms); });
    EXPECT_TRUE(future.wait_for(Duration::max()));
  });
}

TEST(AsyncDeathTest, ASecondWaiterEndsTheProgram) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(run([] {
                 Promise<void> promise;
                 auto future = promise.future();
                 spawn([&] { future.wait(); });
                 future.wait();
               }),
               "two tasks wait for one future");
}

TEST(Async, PlainThreadsMayWait) {
  run([] {
    auto future = async([] {
      sleep_for(1ms);
      return 8;
    });
    std::atomic<int> result{0};
    std::thread outside([&] { result = future.get(); });
    // The thread needs no processor; this task holds one.
    while (!result)
      sleep_for(1ms);
    outside.join();
    EXPECT_EQ(result, 8);
  });
}

TEST(Promise, IsKeptByAnybody) {
  run([] {
    Promise<int> promise;
    auto future = promise.future();
    spawn([promise = std::move(promise)]() mutable {
      promise.keep([] { return 9; });
    });
    EXPECT_EQ(future.get(), 9);
  });
}

TEST(Promise, DroppedIsBroken) {
  run([] {
    Future<void> future;
    {
      Promise<void> promise;
      future = promise.future();
    }
    EXPECT_THROW(future.get(), std::future_error);
  });
}

TEST(SpawnLimited, NeverExceedsTheSlots) {
  run([] {
    Semaphore slots(3);
    WaitGroup group;
    std::atomic<int> alive{0};
    std::atomic<int> most{0};
    for (int i = 0; i < 200; ++i) {
      group.add();
      spawn_limited(slots, [&] {
        int now = ++alive;
        for (int seen = most;
             seen < now && !most.compare_exchange_weak(seen, now);)
          ;
        yield();
        --alive;
        group.done();
      });
    }
    group.wait();
    EXPECT_LE(most, 3);
    EXPECT_GE(most, 1);
  });
}

TEST(Exceptions, AreTheTasksOwnAcrossSwitches) {
  run([] {
    WaitGroup group;
    for (int i = 0; i < 50; ++i)
      group.spawn([i] {
        for (int k = 0; k < 20; ++k) {
          try {
            throw i;
          } catch (int caught) {
            yield();
            EXPECT_EQ(caught, i);
            try {
              throw;
            } catch (int again) {
              sleep_for(10us);
              EXPECT_EQ(again, i);
            }
            EXPECT_EQ(std::uncaught_exceptions(), 0);
          }
        }
      });
    group.wait();
  });
}

TEST(ExceptionsDeathTest, EscapeEndsTheProgramWithTheSpawnSite) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(run([] {
                 spawn([] { throw std::runtime_error("lost"); });
                 sleep_for(1h);
               }),
               "spawned at .*spawn_test.cpp:[0-9]+ let an exception escape: "
               "std::runtime_error: lost");
}

TEST(SpawnDeathTest, OutsideARuntimeEndsTheProgram) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(spawn([] {}), "spawn_test.cpp:[0-9]+ while no runtime runs");
}

} // namespace
} // namespace heddle
