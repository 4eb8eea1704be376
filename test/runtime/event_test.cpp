#include "heddle/event.h"

#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(Event, LetsEverybodyThrough) {
  run([] {
    Event loaded;
    int table = 0;
    WaitGroup readers;
    for (int i = 0; i < 3; ++i)
      readers.spawn([&] {
        loaded.wait();
        EXPECT_EQ(table, 42);
      });
    settle();
    table = 42;
    loaded.set();
    readers.wait();
    loaded.wait();
    EXPECT_TRUE(loaded.is_set());
  });
}

TEST(Event, ResetMakesLaterWaitsWait) {
  run([] {
    Event event;
    event.set();
    event.set();
    event.reset();
    EXPECT_FALSE(event.is_set());
    EXPECT_FALSE(event.wait_for(1ms));
    event.set();
    EXPECT_TRUE(event.wait_for(0ms));
  });
}

TEST(Event, AWokenWaiterGoesOnInSpiteOfAReset) {
  run(
      [] {
        Event event;
        bool through = false;
        WaitGroup group;
        group.spawn([&] {
          event.wait();
          through = true;
        });
        settle();
        event.set();
        event.reset();
        group.wait();
        EXPECT_TRUE(through);
      },
      {.procs = 1});
}

TEST(Event, WakesInTheOrderOfTheWaits) {
  const std::vector<int> order = run_in_turn([] {
    Event event;
    Log<int> log;
    WaitGroup group;
    for (int i = 0; i < 4; ++i) {
      group.spawn([&, i] {
        event.wait();
        log.add(i);
      });
      settle();
    }
    event.set();
    group.wait();
    return log.entries();
  });
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3}));
}

TEST(Event, MayBeDestroyedByWhoeverWaited) {
  run(
      [] {
        for (int round = 0; round < 500; ++round) {
          auto event = std::make_unique<Event>();
          spawn([&event = *event] { event.set(); });
          if (round % 3 == 0)
            event->wait();
          else if (round % 3 == 1)
            EXPECT_TRUE(event->wait_for(1h));
          else
            while (!event->wait_for(1us))
              yield();
        }
      },
      {.procs = 2});
}

TEST(Event, SetsRaceTimeOuts) {
  run(
      [] {
        constexpr int rounds = 300;
        Event ping, pong;
        std::atomic<int> passed = 0;
        WaitGroup group;
        group.spawn([&] {
          for (int i = 0; i < rounds; ++i) {
            while (!ping.wait_for(1us * (i % 50)))
              yield();
            ping.reset();
            ++passed;
            pong.set();
          }
        });
        for (int i = 0; i < rounds; ++i) {
          ping.set();
          pong.wait();
          pong.reset();
        }
        group.wait();
        EXPECT_EQ(passed, rounds);
      },
      {.procs = 2});
}

TEST(Event, ServesPlainThreads) {
  Event from_thread, from_task;
  std::thread thread([&] {
    from_thread.set();
    from_task.wait();
  });
  run([&] {
    from_thread.wait();
    from_task.set();
  });
  thread.join();
  EXPECT_TRUE(from_task.is_set());
}

} // namespace
} // namespace heddle
