#include "heddle/timer.h"

#include "heddle/runtime.h"
#include "heddle/select.h"
#include "heddle/spawn.h"
#include "heddle/testing.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(After, GivesTheTimeOnce) {
  run([] {
    const TimePoint start = Clock::now();
    auto due = after(3ms);
    const TimePoint tick = due.receive().value();
    EXPECT_GE(tick - start, 3ms);
    EXPECT_EQ(due.try_receive(), std::nullopt);
  });
}

TEST(After, MayBeDroppedBeforeItIsDue) {
  run([] {
    for (int i = 0; i < 1000; ++i)
      (void)after(i * 1us);
    sleep_for(2ms);
  });
}

TEST(Timer, TicksOncePerStart) {
  run([] {
    const TimePoint start = Clock::now();
    Timer timer(2ms);
    EXPECT_GE(timer.receive() - start, 2ms);
    EXPECT_EQ(timer.try_receive(), std::nullopt);
    timer.reset(1ms);
    timer.receive();
    sleep_for(3ms);
    EXPECT_EQ(timer.try_receive(), std::nullopt);
  });
}

TEST(Timer, ResetPutsItOffAndForward) {
  run([] {
    Timer timer(5s);
    TimePoint start = Clock::now();
    timer.reset(2ms);
    EXPECT_GE(timer.receive() - start, 2ms);
    timer.reset(1ms);
    start = Clock::now();
    timer.reset(20ms);
    EXPECT_GE(timer.receive() - start, 20ms);
  });
}

TEST(Timer, CoarseResetIsNotEarly) {
  run([] {
    Timer timer(1h);
    const TimePoint start = Clock::now();
    timer.reset(300ms);
    EXPECT_GE(timer.receive() - start, 300ms);
  });
}

TEST(Timer, ResetDropsATickThatWasDue) {
  run([] {
    Timer timer(1ms);
    sleep_for(4ms);
    timer.reset(1h);
    EXPECT_EQ(timer.try_receive(), std::nullopt);
  });
}

TEST(Timer, StopDropsATickThatWasDue) {
  run([] {
    Timer timer(1ms);
    sleep_for(4ms);
    EXPECT_TRUE(timer.stop()) << "nobody had received it";
    EXPECT_EQ(timer.try_receive(), std::nullopt);
    EXPECT_FALSE(timer.stop());
    timer.reset(1h);
    EXPECT_TRUE(timer.stop());
    timer.reset(1ms);
    timer.receive();
    EXPECT_FALSE(timer.stop());
  });
}

TEST(Timer, NeverGivesAStaleTick) {
  run(
      [] {
        Timer timer(1h);
        for (int round = 0; round < 400; ++round) {
          timer.reset(round % 7 * 20us);
          if (round % 3 == 0)
            sleep_for(50us);
          const TimePoint reset = Clock::now();
          timer.reset(1ms);
          const TimePoint tick = timer.receive();
          ASSERT_GE(tick - reset, 1ms) << "round " << round;
        }
      },
      {.procs = 2});
}

TEST(Timer, BoundsIdleTimeInASelect) {
  testing::run_seeded(1, [] {
    Channel<int> messages;
    spawn([&] {
      for (int i = 0; i < 5; ++i)
        messages.send(i);
    });
    Timer idle(1h);
    int received = 0;
    for (bool waiting = true; waiting;) {
      idle.reset(10ms);
      select(on_receive(messages, [&](int) { ++received; }),
             on_receive(idle, [&] { waiting = false; }));
    }
    EXPECT_EQ(received, 5);
  });
}

TEST(Timer, ResetUnderAWaitMovesIt) {
  run([] {
    Timer timer(1h);
    WaitGroup group;
    group.spawn([&] { timer.receive(); });
    settle();
    timer.reset(1ms);
    group.wait();
  });
}

TEST(Ticker, TicksOnItsGrid) {
  run([] {
    const TimePoint start = Clock::now();
    Ticker ticker(2ms);
    int ticks = 0;
    for (TimePoint now : ticker) {
      ++ticks;
      EXPECT_GE(now - start, ticks * 2ms);
      if (ticks == 4)
        break;
    }
  });
}

TEST(Ticker, ALateReceiverMissesTicks) {
  testing::run_seeded(1, [] {
    Ticker ticker(1ms);
    sleep_for(8ms);
    EXPECT_TRUE(ticker.try_receive());
    EXPECT_FALSE(ticker.try_receive() && ticker.try_receive());
  });
}

TEST(Ticker, StopEndsLoops) {
  run([] {
    Ticker ticker(1ms);
    WaitGroup group;
    std::atomic<int> ticks = 0;
    group.spawn([&] {
      for (TimePoint now : ticker) {
        (void)now;
        ++ticks;
      }
    });
    while (ticks < 2)
      sleep_for(1ms);
    ticker.stop();
    ticker.stop();
    group.wait();
    EXPECT_EQ(ticker.receive(), std::nullopt);
  });
}

TEST(Ticker, StopRacesTicks) {
  run(
      [] {
        for (int round = 0; round < 100; ++round) {
          Ticker ticker(20us);
          sleep_for(round % 5 * 20us);
        }
      },
      {.procs = 2});
}

TEST(Ticker, IsACaseOfSelect) {
  run([] {
    Ticker ticker(1ms);
    Channel<int> never;
    int ticks = 0;
    while (ticks < 3)
      select(on_receive(never, [](int) { FAIL(); }),
             on_receive(ticker, [&](TimePoint) { ++ticks; }));
  });
}

TEST(Ticker, TickGivesTheTimeAgainAndAgain) {
  for (int round = 0; round < 2; ++round)
    run([] {
      const TimePoint start = Clock::now();
      int ticks = 0;
      for (TimePoint now : tick(1ms)) {
        ++ticks;
        EXPECT_GE(now - start, ticks * 1ms);
        if (ticks == 3)
          break;
      }
      Channel<TimePoint> &other = tick(500us);
      select(on_receive(other, [&](TimePoint) { ++ticks; }));
      EXPECT_EQ(ticks, 4);
    });
}

TEST(Timers, ManyAtOnceFireInTime) {
  run(
      [] {
        constexpr int count = 2000;
        WaitGroup group;
        std::atomic<int> early = 0;
        for (int i = 0; i < count; ++i)
          group.spawn([&, i] {
            const Duration d = (i * 7919 % 5000) * 1us;
            const TimePoint start = Clock::now();
            early += *after(d).receive() - start < d;
          });
        group.wait();
        EXPECT_EQ(early, 0);
      },
      {.procs = 2});
}

} // namespace
} // namespace heddle
