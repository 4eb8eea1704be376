#include "heddle/worker_pool.h"

#include "heddle/runtime.h"
#include "heddle/spawn.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(WorkerPool, DoesEveryJobOnce) {
  run(
      [] {
        std::vector<std::atomic<int>> done(1000);
        {
          WorkerPool<int> pool{3, 16, [&](int job) { ++done[job]; }};
          for (int job = 0; job < 1000; ++job)
            EXPECT_TRUE(pool.submit(job));
        }
        for (const auto &count : done)
          ASSERT_EQ(count, 1);
      },
      {.procs = 2});
}

TEST(WorkerPool, RunsNoMoreThanItsWorkersAtOnce) {
  run(
      [] {
        std::atomic<int> inside = 0, most = 0;
        WorkerPool<int> pool{2, 64, [&](int) {
                               const int now = ++inside;
                               if (now > most)
                                 most = now;
                               yield();
                               --inside;
                             }};
        for (int job = 0; job < 50; ++job)
          pool.submit(job);
        pool.close();
        pool.wait();
        EXPECT_LE(most, 2);
      },
      {.procs = 3});
}

TEST(WorkerPool, CallGivesTheResult) {
  run([] {
    WorkerPool<int, std::string> named{
        2, 4, [](int job) { return std::to_string(job); }};
    EXPECT_EQ(named.call(7).get(), "7");
    WorkerPool deduced{2, 4, [](const std::string &job) { return job.size(); }};
    EXPECT_EQ(deduced.call("four").get(), 4u);
    WorkerPool<int> plain{1, 4, [](int job) { return job; }};
    plain.call(1).get();
  });
}

TEST(WorkerPool, CallCarriesExceptions) {
  run([] {
    WorkerPool<int, int> pool{1, 1, [](int job) {
                                if (job < 0)
                                  throw std::invalid_argument("negative");
                                return job;
                              }};
    Future<int> bad = pool.call(-1);
    EXPECT_EQ(pool.call(2).get(), 2);
    EXPECT_THROW(bad.get(), std::invalid_argument);
  });
}

TEST(WorkerPool, TrySubmitShedsLoad) {
  run([] {
    Channel<int> gate;
    WorkerPool<int> pool{1, 2, [&](int) { gate.receive(); }};
    pool.submit(0);
    while (pool.queued() > 0)
      sleep_for(1ms);
    EXPECT_TRUE(pool.try_submit(1));
    EXPECT_TRUE(pool.try_submit(2));
    EXPECT_FALSE(pool.try_submit(3));
    gate.close();
  });
}

TEST(WorkerPool, CloseRefusesNewJobsAndFinishesOldOnes) {
  run([] {
    std::atomic<int> done = 0;
    WorkerPool<int, int> pool{2, 8, [&](int job) {
                                sleep_for(1ms);
                                ++done;
                                return job;
                              }};
    for (int job = 0; job < 6; ++job)
      pool.submit(job);
    pool.close();
    EXPECT_FALSE(pool.submit(6));
    EXPECT_FALSE(pool.try_submit(6));
    Future<int> refused = pool.call(6);
    EXPECT_THROW(refused.get(), std::future_error);
    pool.wait();
    EXPECT_EQ(done, 6);
  });
}

TEST(WorkerPool, TakesMoveOnlyJobs) {
  run([] {
    std::atomic<int> sum = 0;
    {
      WorkerPool<std::unique_ptr<int>> pool{
          2, 2, [&](std::unique_ptr<int> job) { sum += *job; }};
      for (int job = 1; job <= 10; ++job)
        pool.submit(std::make_unique<int>(job));
    }
    EXPECT_EQ(sum, 55);
  });
}

TEST(WorkerPool, WorksOnReferencesToItsJobs) {
  run([] {
    std::atomic<int> sum = 0;
    {
      WorkerPool<std::string> pool{2u, 2L, [&](std::string &job) {
                                     job += "!";
                                     sum += static_cast<int>(job.size());
                                   }};
      pool.submit("ab");
      pool.submit("c");
    }
    EXPECT_EQ(sum, 5);
  });
}

} // namespace
} // namespace heddle
