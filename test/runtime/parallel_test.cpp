#include "heddle/parallel.h"

#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <atomic>
#include <list>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace heddle {
namespace {

TEST(ParallelFor, CallsOncePerItem) {
  for (unsigned procs : {1u, 2u, 4u})
    run(
        [] {
          for (std::size_t count : {0u, 1u, 2u, 3u, 7u, 100u, 5000u}) {
            std::vector<std::atomic<int>> calls(count);
            parallel_for(calls, [](std::atomic<int> &c) { ++c; });
            for (auto &c : calls)
              ASSERT_EQ(c, 1);
          }
        },
        {.procs = procs});
}

TEST(ParallelFor, TakesIntegersIteratorsAndRanges) {
  run([] {
    std::atomic<long> sum{0};
    parallel_for(1, 101, [&](int i) { sum += i; });
    EXPECT_EQ(sum, 5050);
    parallel_for(-5, 6u, [&](long i) { sum += i; });
    parallel_for(5, 5, [&](int) { sum = 0; });
    parallel_for(5, 1, [&](int) { sum = 0; });
    EXPECT_EQ(sum, 5050);

    std::list<int> list{1, 2, 3};
    parallel_for(list, [](int &i) { i *= 2; });
    EXPECT_EQ(list, (std::list{2, 4, 6}));
    parallel_for(list.begin(), list.end(), [](int &i) { i *= 2; });
    EXPECT_EQ(list, (std::list{4, 8, 12}));

    std::map<std::string, int> map{{"a", 1}, {"b", 2}};
    parallel_for(map, [](auto &entry) { ++entry.second; });
    EXPECT_EQ(map["b"], 3);

    const std::vector<int> values{1, 2, 3, 4};
    sum = 0;
    parallel_for(values.begin() + 1, values.end(), [&](int v) { sum += v; });
    EXPECT_EQ(sum, 9);
    std::vector<bool> bits(100);
    parallel_for(std::views::iota(0, 10), [&](int i) { sum += i; });
    EXPECT_EQ(sum, 54);
  });
}

// However many items wait for each other, all get to run.
TEST(ParallelFor, ItemsMayWaitForEachOther) {
  for (unsigned procs : {1u, 2u})
    run(
        [] {
          constexpr int count = 200;
          WaitGroup all;
          all.add(count);
          std::atomic<int> through{0};
          parallel_for(0, count, [&](int) {
            all.done();
            all.wait();
            ++through;
          });
          EXPECT_EQ(through, count);
        },
        {.procs = procs});
}

TEST(ParallelFor, EarlierItemsMayWaitForLaterOnes) {
  run(
      [] {
        constexpr int count = 100;
        std::vector<WaitGroup> later(count + 1);
        for (auto &group : later)
          group.add();
        later[count].done();
        parallel_for(0, count, [&](int i) {
          later[i + 1].wait();
          later[i].done();
        });
        later[0].wait();
      },
      {.procs = 1});
}

TEST(ParallelFor, KeepsToTheLimit) {
  run(
      [] {
        std::atomic<int> under_way{0}, most{0};
        parallel_for(0, 100,
                     [&](int) {
                       int now = ++under_way;
                       for (int seen = most;
                            seen < now &&
                            !most.compare_exchange_weak(seen, now);)
                         ;
                       sleep_for(std::chrono::microseconds(100));
                       --under_way;
                     },
                     {.limit = 3});
        EXPECT_LE(most, 3);
        EXPECT_GT(most, 1);
      },
      {.procs = 2});
}

TEST(ParallelFor, ThrowsTheFirstExceptionWhenAllHaveReturned) {
  run([] {
    for (int round = 0; round < 20; ++round) {
      std::atomic<int> under_way{0};
      EXPECT_THROW(parallel_for(0, 1000,
                                [&](int i) {
                                  ++under_way;
                                  if (i % 10 == 0)
                                    yield();
                                  --under_way;
                                  if (i == 500)
                                    throw std::runtime_error("500");
                                }),
                   std::runtime_error);
      EXPECT_EQ(under_way, 0);
    }
  });
}

TEST(ParallelFor, Nests) {
  run(
      [] {
        std::atomic<int> sum{0};
        parallel_for(0, 20, [&](int) {
          parallel_for(0, 20, [&](int j) {
            if (j % 7 == 0)
              yield();
            ++sum;
          });
        });
        EXPECT_EQ(sum, 400);
      },
      {.procs = 3});
}

TEST(ParallelFor, WorksOutsideARuntime) {
  int sum = 0;
  parallel_for(0, 10, [&](int i) { sum += i; });
  EXPECT_EQ(sum, 45);
}

int fibonacci(int n) {
  if (n < 2)
    return n;
  int a = 0, b = 0;
  invoke_all([&] { a = fibonacci(n - 1); }, [&] { b = fibonacci(n - 2); });
  return a + b;
}

TEST(InvokeAll, ForksAndJoins) {
  for (unsigned procs : {1u, 2u, 4u})
    run([] { EXPECT_EQ(fibonacci(20), 6765); }, {.procs = procs});
  EXPECT_EQ(fibonacci(10), 55);
}

TEST(InvokeAll, RunsInOrderOnOneProcessor) {
  run(
      [] {
        std::string order;
        invoke_all([&] { order += 'a'; }, [&] { order += 'b'; },
                   [&] { order += 'c'; });
        EXPECT_EQ(order, "abc");
      },
      {.procs = 1});
}

TEST(InvokeAll, BranchesMayWaitForEachOther) {
  run(
      [] {
        WaitGroup first, second;
        first.add();
        second.add();
        invoke_all(
            [&] {
              second.wait();
              first.done();
            },
            [&] {
              second.done();
              first.wait();
            });
      },
      {.procs = 1});
}

TEST(InvokeAll, BranchesMaySpawnAndYield) {
  run(
      [] {
        for (int round = 0; round < 200; ++round) {
          std::atomic<int> calls{0};
          WaitGroup group;
          auto branch = [&] {
            group.spawn([&] { ++calls; });
            yield();
            ++calls;
          };
          invoke_all(branch, branch, branch, branch);
          group.wait();
          ASSERT_EQ(calls, 8);
        }
      },
      {.procs = 3});
}

TEST(InvokeAll, ThrowsWhenAllHaveReturned) {
  run([] {
    std::atomic<int> returned{0};
    EXPECT_THROW(invoke_all([&] { throw std::runtime_error("a"); },
                            [&] {
                              yield();
                              ++returned;
                            },
                            [&] {
                              ++returned;
                              throw std::logic_error("c");
                            }),
                 std::exception);
    EXPECT_EQ(returned, 2);
  });
}

} // namespace
} // namespace heddle
