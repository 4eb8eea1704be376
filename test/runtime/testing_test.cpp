#include "heddle/testing.h"

#include "heddle/heddle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace heddle::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// What tasks that wait in every way do, in the order in which they do it.
std::string trace_of(std::uint64_t seed) {
  std::string trace;
  run_seeded(seed, [&] {
    Channel<char> channel(1);
    Mutex mutex;
    WaitGroup group;
    for (char task = 'a'; task < 'g'; ++task)
      group.spawn([&, task] {
        for (int i = 0; i < 3; ++i) {
          {
            std::lock_guard lock(mutex);
            checkpoint();
            trace += task;
          }
          select(on_send(channel, task),
                 on_receive(channel,
                            [&](char from) {
                              trace += static_cast<char>(from - 'a' + 'A');
                            }),
                 on_timeout(1h, [&] { trace += '!'; }));
          yield();
        }
      });
    group.wait();
  });
  return trace;
}

TEST(Seeded, RepeatsARun) {
  for (std::uint64_t seed = 1; seed < 20; ++seed)
    EXPECT_EQ(trace_of(seed), trace_of(seed)) << seed;
}

TEST(Seeded, SeedsDiffer) {
  std::set<std::string> traces;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    traces.insert(trace_of(seed));
  EXPECT_GT(traces.size(), 15u);
}

TEST(Seeded, RepeatsARunAfterAnyOther) {
  const std::string before = trace_of(7);
  run(
      [] {
        WaitGroup group;
        for (int task = 0; task < 100; ++task)
          group.spawn([] { sleep_for(10us); });
        group.wait();
      },
      {.procs = 2});
  EXPECT_EQ(trace_of(7), before);
}

TEST(Seeded, TimePassesOnlyWhileAllWait) {
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::string> order;
  run_seeded(1, [&] {
    const TimePoint start = Clock::now();
    WaitGroup group;
    for (auto [name, d] : {std::pair{"third", 3h}, std::pair{"first", 1h},
                           std::pair{"second", 2h}})
      group.spawn([&, name = name, d = d] {
        sleep_for(d);
        order.push_back(name);
        EXPECT_GE(Clock::now() - start, d);
        EXPECT_LT(Clock::now() - start, d + 1s);
      });
    for (int i = 0; i < 1000; ++i)
      yield();
    group.wait();
    Ticker ticker(1h);
    for (int ticks = 0; ticks < 24; ++ticks)
      ticker.receive();
    EXPECT_GE(Clock::now() - start, 27h);
  });
  EXPECT_EQ(order, (std::vector<std::string>{"first", "second", "third"}));
  EXPECT_LT(Clock::now() - began, 1h) << "the clock is the system's again";
}

TEST(Seeded, GivesTheResultAndTheException) {
  EXPECT_EQ(run_seeded(3, [] { return async([] { return 5; }).get(); }), 5);
  EXPECT_THROW(run_seeded(3, [] { throw std::runtime_error("from the run"); }),
               std::runtime_error);
  run([] {
    EXPECT_THROW(run_seeded(3, [] {}), std::logic_error)
        << "one runtime at a time";
    sleep_for(1ms);
  });
}

// A counter that is read, and written later: correct in most orders.
bool counts_to_two() {
  int counter = 0;
  WaitGroup group;
  for (int task = 0; task < 2; ++task)
    group.spawn([&] {
      const int seen = counter;
      checkpoint();
      counter = seen + 1;
    });
  group.wait();
  return counter == 2;
}

TEST(Explore, FindsTheOrderThatFails) {
  ::testing::internal::CaptureStderr();
  const std::optional<std::uint64_t> seed = explore(counts_to_two);
  ASSERT_TRUE(seed);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("HEDDLE_SEED=" + std::to_string(*seed)));
  EXPECT_FALSE(run_seeded(*seed, counts_to_two));
  setenv("HEDDLE_SEED", std::to_string(*seed).c_str(), 1);
  int runs = 0;
  EXPECT_EQ(explore([&] {
              ++runs;
              return counts_to_two();
            }),
            seed);
  EXPECT_EQ(runs, 1) << "that one only";
  unsetenv("HEDDLE_SEED");
}

TEST(Explore, PassesExceptionsOn) {
  EXPECT_THROW((void)explore([]() -> bool {
                 async([] { throw std::out_of_range("in a task"); }).get();
                 return true;
               }),
               std::out_of_range);
}

TEST(Explore, TriesAllSeedsOfWhatIsRight) {
  int runs = 0;
  EXPECT_EQ(explore([&] { return ++runs > 0; }, {.first = 5, .count = 12}),
            std::nullopt);
  EXPECT_EQ(runs, 12);
}

TEST(ExploreDeathTest, ADeadlockNamesItsSeed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(run_seeded(77,
                         [] {
                           Mutex first, second;
                           std::lock_guard held(first);
                           async([&] {
                             std::lock_guard lock(second);
                             std::lock_guard other(first);
                           }).wait();
                         }),
              ::testing::ExitedWithCode(2), "a Mutex(.|\n)*seed is 77");
}

TEST(LiveTasks, SaysWhereTasksWereSpawned) {
  run([] {
    EXPECT_TRUE(live_tasks().empty());
    Channel<int> never;
    Event end;
    WaitGroup group;
    for (int task = 0; task < 3; ++task)
      group.spawn([&] { never.receive(); });
    const unsigned line = std::source_location::current().line() - 1;
    group.spawn([&] { end.wait(); });
    settle();
    const std::vector<LiveTasks> tasks = live_tasks();
    ASSERT_EQ(tasks.size(), 2u);
    EXPECT_EQ(tasks[0].count, 3u);
    EXPECT_EQ(tasks[0].spawned_at.line(), line);
    EXPECT_THAT(tasks[0].spawned_at.file_name(), HasSubstr("testing_test"));
    EXPECT_EQ(tasks[0].waits_for, "a channel, to receive");
    EXPECT_EQ(tasks[1].waits_for, "an Event");
    never.close();
    end.set();
    group.wait();
    check_leaks();
  });
}

TEST(Settle, LetsTheOthersComeToTheirWaits) {
  run(
      [] {
        Channel<int> queue;
        std::atomic<int> came = 0;
        WaitGroup group;
        for (int task = 0; task < 50; ++task)
          group.spawn([&, task] {
            for (int i = 0; i < task; ++i)
              yield();
            ++came;
            queue.receive();
          });
        settle();
        EXPECT_EQ(came, 50);
        const std::vector<LiveTasks> tasks = live_tasks();
        ASSERT_EQ(tasks.size(), 1u);
        EXPECT_EQ(tasks[0].count, 50u);
        EXPECT_EQ(tasks[0].waits_for, "a channel, to receive");
        queue.close();
        settle();
        EXPECT_TRUE(live_tasks().empty()) << "they have ended";
        group.wait();
      },
      {.procs = 3});
}

// Whoever waits can be woken: what wakes without counting would hang otherwise.
TEST(Settle, WhoWaitsCanBeWoken) {
  for (unsigned procs : {1u, 2u, 4u})
    run(
        [] {
          for (int round = 0; round < 200; ++round) {
            Channel<int> channel;
            WaitGroup group;
            for (int task = 0; task < 5; ++task)
              group.spawn([&] { channel.receive(); });
            settle();
            for (int task = 0; task < 5; ++task)
              ASSERT_TRUE(channel.try_send(task)) << "nobody waits there";
            group.wait();
          }
        },
        {.procs = procs});
}

TEST(Settle, WaitsForSections) {
  run([] {
    std::atomic<bool> ended = false;
    spawn([&] {
      blocking([] { std::this_thread::sleep_for(20ms); });
      ended = true;
    });
    settle();
    EXPECT_TRUE(ended);
  });
}

TEST(Settle, MayBeCalledByPlainThreads) {
  Runtime runtime({.procs = 2});
  runtime.start();
  Channel<int> queue;
  std::atomic<int> came = 0;
  for (int task = 0; task < 10; ++task)
    spawn([&] {
      yield();
      ++came;
      queue.receive();
    });
  settle();
  EXPECT_EQ(came, 10);
  queue.close();
  settle();
  EXPECT_EQ(num_tasks(), 0u);
  runtime.stop();
}

TEST(Settle, LeavesVirtualTimeAlone) {
  run_seeded(1, [] {
    const TimePoint start = Clock::now();
    WaitGroup group;
    group.spawn([] { sleep_for(1h); });
    group.spawn([] {
      for (int i = 0; i < 100; ++i)
        yield();
    });
    settle();
    EXPECT_EQ(live_tasks().size(), 1u);
    EXPECT_LT(Clock::now() - start, 1h);
    group.wait();
  });
}

TEST(CheckLeaks, FindsATaskThatNobodyWakes) {
  EXPECT_THROW(run([] {
                 Channel<int> results;
                 spawn([&] { results.send(1); });
                 check_leaks();
               }),
               LeakedTasks);
  try {
    run_seeded(1, [] {
      Channel<int> results;
      spawn([&] { results.send(1); });
      check_leaks();
    });
    ADD_FAILURE() << "nothing was thrown";
  } catch (const LeakedTasks &leaked) {
    ASSERT_EQ(leaked.tasks().size(), 1u);
    EXPECT_THAT(leaked.what(), HasSubstr("testing_test.cpp"));
    EXPECT_THAT(leaked.what(), HasSubstr("waits for a channel, to send"));
  }
}

TEST(CheckLeaks, LetsTasksEndThatCan) {
  run(
      [] {
        for (int task = 0; task < 20; ++task)
          spawn([] {
            for (int i = 0; i < 20; ++i)
              yield();
          });
        check_leaks();
        EXPECT_EQ(num_tasks(), 1u);
      },
      {.procs = 2});
}

} // namespace
} // namespace heddle::testing
