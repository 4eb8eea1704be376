#include "heddle/memory.h"

#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

/// Counts those alive, and is not itself once destroyed.
struct Tracked {
  explicit Tracked(std::atomic<int> &alive) : alive(alive) { ++alive; }
  ~Tracked() {
    magic = 0;
    --alive;
  }

  std::atomic<int> &alive;
  volatile unsigned magic = 0x5eed;
};

// One collection passes over a task whose thread has lost its CPU for long.
void collect_all(const std::atomic<int> &alive) {
  do
    collect();
  while (alive > 0);
}

TEST(Memory, CollectFreesWhatWasRetired) {
  run([] {
    std::atomic<int> alive = 0;
    for (int i = 0; i < 200; ++i)
      retire(new Tracked(alive));
    retire(std::make_unique<const Tracked>(alive));
    retire(static_cast<Tracked *>(nullptr));
    collect();
    EXPECT_EQ(alive, 0);
    collect();
  });
}

TEST(Memory, WhatIsLeftIsFreedWhenTheRuntimeEnds) {
  std::atomic<int> alive = 0;
  run([&] {
    for (int i = 0; i < 100; ++i)
      retire(new Tracked(alive));
  });
  EXPECT_EQ(alive, 0);
}

TEST(Memory, NothingIsFreedUnderAReader) {
  run(
      [] {
        std::atomic<int> alive = 0;
        std::atomic<Tracked *> current = new Tracked(alive);
        std::atomic<bool> reading = false;
        WaitGroup group;
        group.spawn([&] {
          const Tracked *seen = current.load();
          reading = true;
          const TimePoint end = Clock::now() + 5ms;
          while (Clock::now() < end)
            ASSERT_EQ(seen->magic, 0x5eedu);
        });
        while (!reading)
          yield();
        retire(current.exchange(nullptr));
        collect_all(alive);
        group.wait();
      },
      {.procs = 2});
}

TEST(Memory, CollectDoesNotWaitForeverForATaskThatNeverSwitches) {
  run(
      [] {
        std::atomic<int> alive = 0;
        std::atomic<Tracked *> current = new Tracked(alive);
        std::atomic<bool> reading = false, collected = false;
        WaitGroup group;
        group.spawn([&] {
          const Tracked *seen = current.load();
          reading = true;
          while (!collected)
            ASSERT_EQ(seen->magic, 0x5eedu);
        });
        while (!reading)
          yield();
        retire(current.exchange(nullptr));
        collect();
        EXPECT_EQ(alive, 1) << "its reader has not switched";
        collected = true;
        group.wait();
        collect_all(alive);
      },
      {.procs = 2});
}

TEST(Memory, ConcurrentCollectionsShareTheirWork) {
  run(
      [] {
        std::atomic<int> alive = 0;
        WaitGroup group;
        for (int task = 0; task < 20; ++task)
          group.spawn([&] {
            for (int i = 0; i < 5; ++i) {
              std::atomic<int> own = 0;
              retire(new Tracked(own));
              retire(new Tracked(alive));
              collect_all(own);
            }
          });
        group.wait();
        collect_all(alive);
      },
      {.procs = 2});
}

TEST(Memory, CollectsByItself) {
  // Of what the whole process has, which a sanitizer makes much.
  const int former = set_collect_percent(1);
  run([] {
    struct Page {
      explicit Page(std::atomic<int> &alive) : tracked(alive) {}
      Tracked tracked;
      char bytes[4096] = {};
    };
    static std::atomic<int> alive = 0;
    int most = 0;
    for (int i = 0; i < 20'000; ++i) {
      retire(new Page(alive));
      most = std::max(most, alive.load());
      if (i % 64 == 0)
        yield();
    }
    EXPECT_LT(most, 20'000);
    collect_all(alive);
  });
  set_collect_percent(former);
}

TEST(Memory, SetCollectPercent) {
  EXPECT_EQ(set_collect_percent(50), 100);
  EXPECT_EQ(set_collect_percent(-1), 50);
  EXPECT_EQ(set_collect_percent(100), -1);
}

TEST(Memory, DestructorsMayRetire) {
  struct Node {
    explicit Node(std::atomic<int> &alive, int depth)
        : tracked(alive), next(depth ? new Node(alive, depth - 1) : nullptr) {}
    ~Node() { retire(next); }
    Tracked tracked;
    Node *next;
  };
  std::atomic<int> alive = 0;
  run([&] {
    retire(new Node(alive, 5));
    collect();
    EXPECT_LT(alive, 6);
  });
  EXPECT_EQ(alive, 0);
}

TEST(Memory, ReadersNeverSeeFreedData) {
  run(
      [] {
        std::atomic<int> alive = 0;
        std::atomic<Tracked *> current = new Tracked(alive);
        std::atomic<bool> over = false;
        WaitGroup readers, writers;
        for (int task = 0; task < 4; ++task)
          readers.spawn([&] {
            while (!over) {
              for (int i = 0; i < 100; ++i) {
                const Tracked *seen = current.load(std::memory_order_acquire);
                ASSERT_EQ(seen->magic, 0x5eedu);
              }
              yield();
            }
          });
        for (int task = 0; task < 2; ++task)
          writers.spawn([&, task] {
            for (int i = 0; i < 300; ++i) {
              retire(current.exchange(new Tracked(alive),
                                      std::memory_order_acq_rel));
              if (i % 16 == task)
                collect();
              else
                yield();
            }
          });
        writers.wait();
        over = true;
        readers.wait();
        retire(current.exchange(nullptr));
        collect_all(alive);
      },
      {.procs = 3});
}

} // namespace
} // namespace heddle
