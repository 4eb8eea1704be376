#include "heddle/foreign.h"
#include "heddle/memory.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/stats.h"
#include "heddle/wait_group.h"
#include "task/sanitizers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace heddle {
namespace {

#if defined(HEDDLE_ASAN) || defined(HEDDLE_TSAN)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

// So many tasks are alive at once, each with a stack.
void park_at_once(int tasks) {
  WaitGroup parked, release, ends;
  parked.add(tasks);
  release.add();
  for (int i = 0; i < tasks; ++i)
    ends.spawn([&] {
      parked.done();
      release.wait();
    });
  parked.wait();
  release.done();
  ends.wait();
}

TEST(ReleaseMemory, GivesBackWhatAPeakLeft) {
  constexpr int tasks = sanitized ? 1000 : 20'000;
  run([] {
    park_at_once(tasks);
    Stats peak = stats();
    EXPECT_GE(peak.stacks, std::size_t{tasks});
    release_memory();
    Stats after = stats();
    EXPECT_LT(after.stacks, std::size_t{tasks} / 2);
    if (!sanitized) {
      EXPECT_LT(after.memory + tasks * std::size_t{3000}, peak.memory);
    }
    // And all of it can be used again.
    park_at_once(tasks);
    EXPECT_EQ(stats().unguarded, 0u);
    release_memory();
    release_memory();
    park_at_once(tasks / 2);
  });
}

TEST(ReleaseMemory, LeavesTasksThatWaitAlone) {
  run([] {
    WaitGroup parked, release, ends;
    std::atomic<int> right{0};
    constexpr int tasks = 500;
    parked.add(tasks);
    release.add();
    for (int i = 0; i < tasks; ++i)
      ends.spawn([&, i] {
        int mine[200];
        for (int &value : mine)
          value = i;
        parked.done();
        release.wait();
        bool all = true;
        for (int &value : mine)
          all &= const_cast<volatile int &>(value) == i;
        right += all;
      });
    parked.wait();
    park_at_once(tasks);
    release_memory();
    park_at_once(tasks);
    release.done();
    ends.wait();
    EXPECT_EQ(right, tasks);
  });
}

TEST(ReleaseMemory, WhileTasksComeAndGo) {
  run(
      [] {
        std::atomic<bool> stop{false};
        WaitGroup group;
        std::atomic<long> sum{0};
        for (int i = 0; i < 3; ++i)
          group.spawn([&] {
            while (!stop) {
              park_at_once(50);
              sum += with_stack(1 << 20, [] { return 1; });
            }
          });
        for (int i = 0; i < 20; ++i) {
          release_memory();
          yield();
        }
        while (sum < 10)
          yield();
        stop = true;
        group.wait();
      },
      {.procs = 2});
}

TEST(ReleaseMemory, OfAPlainThreadAndWithoutARuntime) {
  release_memory();
  run([] {
    std::thread([] { release_memory(); }).join();
    park_at_once(10);
  });
  release_memory();
}

TEST(MemoryLimit, IsSetAndTold) {
  std::size_t before = set_memory_limit(1 << 30);
  EXPECT_EQ(set_memory_limit(2 << 20), std::size_t{1} << 30);
  run([] { EXPECT_EQ(set_memory_limit(2 << 20), std::size_t{1} << 28); },
      {.memory_limit = 1 << 28});
  // What the options named was for that run.
  EXPECT_EQ(set_memory_limit(2 << 20), std::size_t{2} << 20);
  run([] { EXPECT_EQ(set_memory_limit(0), std::size_t{2} << 20); });
  EXPECT_EQ(set_memory_limit(before), 0u);
}

// Close to the limit the runtime releases by itself.
TEST(MemoryLimit, GivesMemoryBackInTime) {
  run(
      [] {
        park_at_once(2000);
        while (stats().stacks > 1000)
          sleep_for(std::chrono::milliseconds(20));
      },
      {.memory_limit = 1 << 20});
}

TEST(WithStack, IsKeptForTheNextCall) {
  run([] {
    release_memory(); // what others left counts towards what is kept
    auto here = [] { return __builtin_frame_address(0); };
    void *first = with_stack(8 << 20, here);
    EXPECT_EQ(with_stack(8 << 20, here), first);
    EXPECT_EQ(with_stack(5 << 20, here), first);
    void *other =
        with_stack(8 << 20, [&] { return with_stack(8 << 20, here); });
    EXPECT_NE(other, first);
    std::size_t before = stats().stacks;
    release_memory();
    EXPECT_LT(stats().stacks, before);
  });
}

} // namespace
} // namespace heddle
