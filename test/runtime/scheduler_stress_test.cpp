// Random mixes of what the scheduler does, with invariants checked. The seed is
// printed by a failure; HEDDLE_STRESS_SEED repeats it.

#include "heddle/channel.h"
#include "heddle/foreign.h"
#include "heddle/parallel.h"
#include "heddle/pin.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/stats.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

unsigned seed() {
  if (const char *given = std::getenv("HEDDLE_STRESS_SEED"))
    return static_cast<unsigned>(std::atoi(given));
  return std::random_device()();
}

class SchedulerStress : public testing::TestWithParam<unsigned> {};

// A tree of tasks, each of which does something at random before it has
// children.
class Tree {
public:
  explicit Tree(unsigned seed) : seed_(seed) {}

  void grow(int depth, unsigned path) {
    ++begun_;
    std::minstd_rand random(seed_ ^ path);
    act(random());
    if (depth > 0)
      branch(depth, path, random() % 4);
    act(random());
    ++ended_;
  }

  long begun() const { return begun_; }
  long ended() const { return ended_; }

private:
  void branch(int depth, unsigned path, unsigned kind) {
    auto child = [this, depth, path](unsigned i) {
      grow(depth - 1, path * 5 + i + 1);
    };
    switch (kind) {
    case 0: {
      WaitGroup group;
      for (unsigned i = 0; i < 4; ++i)
        group.spawn([child, i] { child(i); });
      return group.wait();
    }
    case 1: {
      std::vector<Future<unsigned>> futures;
      for (unsigned i = 0; i < 4; ++i)
        futures.push_back(async([child, i] {
          child(i);
          return i;
        }));
      for (unsigned i = 0; i < 4; ++i)
        EXPECT_EQ(futures[i].get(), i);
      return;
    }
    case 2:
      return invoke_all([&] { child(0); }, [&] { child(1); }, [&] { child(2); },
                        [&] { child(3); });
    default:
      return parallel_for(0u, 4u, child);
    }
  }

  static void act(unsigned how) {
    switch (how / 16 % 24) {
    case 0:
    case 1:
    case 2:
      return yield();
    case 3:
      return sleep_for(std::chrono::microseconds(how % 200));
    case 4:
      return blocking([] { std::this_thread::sleep_for(30us); });
    case 5:
      return foreign([] { std::this_thread::yield(); });
    case 6: {
      ThreadPin pin;
      pthread_t thread = pthread_self();
      yield();
      EXPECT_EQ(pthread_self(), thread);
      return;
    }
    case 7:
      try {
        throw how;
      } catch (unsigned caught) {
        yield();
        EXPECT_EQ(caught, how);
      }
      return;
    case 8:
      return checkpoint();
    case 9:
      return with_stack(32 * 1024, [] { yield(); });
    case 10:
      if (how % 64 == 0)
        set_procs(1 + how / 1024 % 4);
      return;
    default:
      return;
    }
  }

  const unsigned seed_;
  std::atomic<long> begun_{0};
  std::atomic<long> ended_{0};
};

TEST_P(SchedulerStress, EveryTaskRunsOnceAndIsWaitedFor) {
  for (int round = 0; round < 6; ++round) {
    unsigned with = seed();
    SCOPED_TRACE(with);
    run(
        [with] {
          Tree tree(with);
          tree.grow(5, 0);
          EXPECT_EQ(tree.begun(), 1365);
          EXPECT_EQ(tree.ended(), 1365);
        },
        {.procs = GetParam()});
  }
}

TEST_P(SchedulerStress, NoWakeIsLost) {
  run(
      [] {
        constexpr int pairs = 20;
        constexpr int rounds = 200;
        std::atomic<long> trips{0};
        WaitGroup group;
        for (int i = 0; i < pairs; ++i)
          group.spawn([&, i] {
            for (int k = 0; k < rounds; ++k) {
              WaitGroup there, back;
              there.add();
              back.add();
              spawn([&] {
                there.wait();
                ++trips;
                back.done();
              });
              if ((i + k) % 3 == 0)
                yield();
              there.done();
              back.wait();
            }
          });
        group.wait();
        EXPECT_EQ(trips, long{pairs} * rounds);
      },
      {.procs = GetParam()});
}

TEST_P(SchedulerStress, WakesFromPlainThreadsArrive) {
  run(
      [] {
        for (int round = 0; round < 30; ++round) {
          constexpr int count = 20;
          std::vector<WaitGroup> gates(count);
          for (auto &gate : gates)
            gate.add();
          WaitGroup group;
          for (auto &gate : gates)
            group.spawn([&] { gate.wait(); });
          std::thread outside([&] {
            for (auto &gate : gates)
              gate.done();
          });
          group.wait();
          outside.join();
        }
      },
      {.procs = GetParam()});
}

TEST_P(SchedulerStress, PlainThreadsMaySpawn) {
  run(
      [] {
        std::atomic<int> ran{0};
        WaitGroup group;
        std::vector<std::thread> threads;
        for (int t = 0; t < 3; ++t) {
          group.add(500);
          threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i)
              spawn([&] {
                ++ran;
                group.done();
              });
          });
        }
        group.wait();
        EXPECT_EQ(ran, 1500);
        for (auto &thread : threads)
          thread.join();
      },
      {.procs = GetParam()});
}

TEST_P(SchedulerStress, ManyTasksAtOnce) {
  run(
      [] {
        constexpr int count = 20'000;
        WaitGroup gate, group;
        gate.add();
        std::atomic<int> through{0};
        for (int i = 0; i < count; ++i)
          group.spawn([&] {
            gate.wait();
            ++through;
          });
        yield();
        gate.done();
        group.wait();
        EXPECT_EQ(through, count);
      },
      {.procs = GetParam()});
}

INSTANTIATE_TEST_SUITE_P(Procs, SchedulerStress, testing::Values(1u, 2u, 4u));

} // namespace
} // namespace heddle
