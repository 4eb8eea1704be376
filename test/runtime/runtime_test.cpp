#include "heddle/runtime.h"

#include "heddle/channel.h"
#include "heddle/spawn.h"
#include "heddle/stats.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace heddle {
namespace {

TEST(Run, ReturnsWhatTheFunctionReturns) {
  EXPECT_EQ(run([] { return 42; }), 42);
  EXPECT_EQ(*run([] { return std::make_unique<int>(7); }), 7);
  int x = 0;
  int &same = run([&]() -> int & { return x; });
  EXPECT_EQ(&same, &x);
  run([&] { x = 1; });
  EXPECT_EQ(x, 1);
}

TEST(Run, ThrowsWhatTheFunctionThrows) {
  EXPECT_THROW(run([] { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_EQ(run([] { return 1; }), 1);
}

TEST(Run, RefusesToRunTwiceAtOnce) {
  run([] { EXPECT_THROW(run([] {}), std::logic_error); });
  run([] {
    std::thread other([] { EXPECT_THROW(run([] {}), std::logic_error); });
    other.join();
  });
}

TEST(Run, MayBeCalledManyTimes) {
  int sum = 0;
  for (int i = 0; i < 200; ++i)
    sum += run([] {
      WaitGroup group;
      std::atomic<int> n{0};
      for (int k = 0; k < 10; ++k)
        group.spawn([&] { ++n; });
      group.wait();
      return n.load();
    });
  EXPECT_EQ(sum, 2000);
}

TEST(Run, FirstTaskHasALargeStack) {
  run([] {
    char large[4 << 20];
    for (std::size_t i = 0; i < sizeof large; i += 4096)
      const_cast<volatile char &>(large[i]) = 1;
  });
}

TEST(Run, LetsRunnableTasksGoToTheirNextWait) {
  std::atomic<int> begun{0};
  std::atomic<int> resumed{0};
  run(
      [&] {
        for (int i = 0; i < 100; ++i)
          spawn([&] {
            ++begun;
            yield();
            ++resumed;
          });
      },
      {.exit_grace = std::chrono::minutes(4)});
  EXPECT_EQ(begun, 100);
  EXPECT_LE(resumed, 100);
}

TEST(Run, LeavesParkedTasksAsTheyAre) {
  static std::atomic<int> destroyed{0};
  struct Witness {
    ~Witness() { ++destroyed; }
  };
  destroyed = 0;
  // What they wait on may be used and destroyed afterwards.
  Channel<int> channel;
  run([&] {
    WaitGroup parked;
    for (int i = 0; i < 10; ++i) {
      parked.add();
      spawn([&] {
        Witness witness;
        parked.done();
        channel.receive();
      });
    }
    parked.wait();
    settle();
  });
  EXPECT_EQ(destroyed, 0);
  run([&] {
    EXPECT_EQ(num_tasks(), 1u);
    channel.close();
    settle();
  });
  EXPECT_EQ(destroyed, 0);
}

TEST(Run, DestroysTheClosuresOfTasksThatComeTooLate) {
  auto alive = std::make_shared<int>(0);
  run([&] {
    spawn([alive] {
      // By the time this goes on the first task has returned.
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      spawn([alive] { ++*alive; });
    });
    yield();
  });
  EXPECT_LE(*alive, 1);
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(Run, DoesNotWaitForeverForATaskThatComputes) {
  static std::atomic<bool> computes{false}, stop{false};
  run(
      [] {
        spawn([] {
          computes = true;
          while (!stop)
            ;
        });
        while (!computes)
          yield();
      },
      {.procs = 2, .exit_grace = std::chrono::milliseconds(50)});
  EXPECT_FALSE(stop);
  stop = true;
  EXPECT_EQ(run([] { return 3; }), 3);
}

TEST(Procs, CanBeChangedWhileTasksRun) {
  run(
      [] {
        EXPECT_EQ(procs(), 2u);
        std::atomic<bool> stop{false};
        WaitGroup group;
        std::atomic<long> turns{0};
        for (int i = 0; i < 8; ++i)
          group.spawn([&] {
            while (!stop) {
              ++turns;
              yield();
            }
          });
        for (unsigned n : {4u, 1u, 3u, 1u, 8u, 2u}) {
          set_procs(n);
          EXPECT_EQ(procs(), n);
          long before = turns;
          while (turns < before + 100)
            yield();
        }
        stop = true;
        group.wait();
        EXPECT_EQ(set_procs(0), 2u);
        EXPECT_EQ(procs(), 1u);
        set_procs(100'000);
        EXPECT_EQ(procs(), 256u);
      },
      {.procs = 2});
}

TEST(Procs, AvailableIsAtLeastOne) {
  EXPECT_GE(available_procs(), 1u);
  EXPECT_LE(available_procs(), std::thread::hardware_concurrency());
}

TEST(Options, MoreThreadsThanAllowedAreNotStarted) {
  run(
      [] {
        WaitGroup group;
        for (int i = 0; i < 20; ++i)
          group.spawn([] {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
          });
        group.wait();
        EXPECT_LE(stats().threads, 3u);
      },
      {.procs = 2, .max_threads = 3});
}

} // namespace
} // namespace heddle
