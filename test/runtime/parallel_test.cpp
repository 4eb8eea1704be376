#include "heddle/parallel.h"

#include "heddle/channel.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/timer.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

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
        std::atomic<int> begun{0}, under_way{0}, most{0};
        WaitGroup first_three;
        first_three.add(3);
        parallel_for(0, 100,
                     [&](int) {
                       int now = ++under_way;
                       for (int seen = most;
                            seen < now &&
                            !most.compare_exchange_weak(seen, now);)
                         ;
                       if (begun++ < 3) {
                         first_three.done();
                         first_three.wait();
                       }
                       yield();
                       --under_way;
                     },
                     {.limit = 3});
        EXPECT_EQ(most, 3);
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

TEST(ParallelTransform, GivesTheResultsInOrder) {
  run(
      [] {
        std::vector<int> items(500);
        std::iota(items.begin(), items.end(), 0);
        const auto text = parallel_transform(items, [](int i) {
          if (i % 7 == 0)
            yield();
          return std::to_string(i);
        });
        ASSERT_EQ(text.size(), items.size());
        for (int i : items)
          EXPECT_EQ(text[i], std::to_string(i));
      },
      {.procs = 2});
}

TEST(ParallelTransform, NeedsLittleOfTheResult) {
  struct Result {
    explicit Result(int i) : value(std::make_unique<int>(i)) {}
    std::unique_ptr<int> value;
  };
  run([] {
    std::list<int> items{3, 1, 2};
    const auto results =
        parallel_transform(items, [](int i) { return Result(i); });
    ASSERT_EQ(results.size(), 3u);
    EXPECT_EQ(*results[0].value, 3);
    EXPECT_EQ(*results[2].value, 2);
    EXPECT_EQ(parallel_transform(items, [](int i) { return i > 1; }),
              (std::vector<bool>{true, false, true}));
    EXPECT_TRUE(parallel_transform(std::vector<int>(), [](int i) {
                  return i;
                }).empty());
  });
}

TEST(ParallelTransform, WritesWhereItIsTold) {
  run(
      [] {
        const std::vector<int> items{1, 2, 3, 4};
        std::vector<long> squares(5, -1);
        auto end = parallel_transform(
            items, squares.begin(), [](int i) { return i * i; }, {.limit = 2});
        EXPECT_EQ(end - squares.begin(), 4);
        EXPECT_EQ(squares, (std::vector<long>{1, 4, 9, 16, -1}));
      },
      {.procs = 2});
}

TEST(ParallelTransform, ThrowsTheFirstException) {
  run(
      [] {
        std::atomic<int> alive = 0;
        struct Counted {
          std::atomic<int> *alive;
          explicit Counted(std::atomic<int> &count) : alive(&count) { ++count; }
          Counted(Counted &&other) noexcept
              : alive(std::exchange(other.alive, nullptr)) {}
          ~Counted() {
            if (alive)
              --*alive;
          }
        };
        std::vector<int> items(50);
        std::iota(items.begin(), items.end(), 0);
        EXPECT_THROW(parallel_transform(items,
                                        [&](int i) {
                                          if (i == 30)
                                            throw std::runtime_error("30");
                                          return Counted(alive);
                                        }),
                     std::runtime_error);
        EXPECT_EQ(alive, 0);
      },
      {.procs = 2});
}

TEST(Consume, DealsWithEveryItemOnce) {
  run(
      [] {
        Channel<int> jobs(4);
        spawn([&] {
          for (int i = 0; i < 1000; ++i)
            jobs.send(i);
          jobs.close();
        });
        std::vector<std::atomic<int>> seen(1000);
        std::atomic<int> alive = 0;
        consume(jobs, 3, [&](int job) {
          EXPECT_LE(++alive, 3);
          if (job % 16 == 0)
            yield();
          ++seen[job];
          --alive;
        });
        for (int i = 0; i < 1000; ++i)
          EXPECT_EQ(seen[i], 1) << i;
      },
      {.procs = 2});
}

TEST(Consume, WorkersMayWaitForEachOther) {
  run(
      [] {
        auto jobs = make_channel<std::unique_ptr<int>>();
        spawn([jobs] {
          for (int i = 0; i < 4; ++i)
            jobs->send(std::make_unique<int>(i));
          jobs->close();
        });
        WaitGroup together;
        together.add(4);
        std::atomic<int> sum = 0;
        consume(jobs, 4u, [&](std::unique_ptr<int> job) {
          together.done();
          together.wait();
          sum += *job;
        });
        EXPECT_EQ(sum, 6);
      },
      {.procs = 1});
}

TEST(Consume, AnExceptionClosesTheChannel) {
  run(
      [] {
        Channel<int> jobs(2);
        std::atomic<int> sent = 0;
        WaitGroup sender;
        sender.spawn([&] {
          while (jobs.send(1))
            ++sent;
        });
        std::atomic<int> calls = 0;
        EXPECT_THROW(consume(jobs, 4,
                             [&](int) {
                               if (++calls == 20)
                                 throw std::runtime_error("20");
                             }),
                     std::runtime_error);
        sender.wait();
        EXPECT_EQ(sent, calls) << "what was in the channel was dealt with";
      },
      {.procs = 2});
}

TEST(Consume, TakesTicks) {
  run([] {
    Ticker ticker(200us);
    int ticks = 0;
    consume(ticker, 1, [&](TimePoint) {
      if (++ticks == 3)
        ticker.stop();
    });
    EXPECT_EQ(ticks, 3);
  });
}

TEST(InvokeAll, ForksAndJoins) {
  for (unsigned procs : {1u, 2u, 4u})
    run([] { EXPECT_EQ(fibonacci(20), 6765); }, {.procs = procs});
  EXPECT_EQ(fibonacci(10), 55);
}

TEST(InvokeAll, RunsInOrderOnOneProcessor) {
  const std::vector<char> order = run_in_turn([] {
    Log<char> log;
    invoke_all([&] { log.add('a'); }, [&] { log.add('b'); },
               [&] { log.add('c'); });
    return log.entries();
  });
  EXPECT_EQ(order, (std::vector{'a', 'b', 'c'}));
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
