#include "heddle/worker_pool.h"

#include "heddle/foreign.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/task_local.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
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
    settle();
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

TEST(WorkerPool, TakesNoMoreThanItsCapacityAndOneForEachIdleWorker) {
  for (int capacity : {0, 1, 3})
    run([=] {
      Channel<int> gate;
      std::atomic<int> begun = 0;
      WorkerPool<int> pool{2, capacity, [&](int) {
                             ++begun;
                             gate.receive();
                           }};
      settle();
      for (int job = 0; job < 2 + capacity; ++job)
        EXPECT_TRUE(pool.try_submit(job)) << job;
      EXPECT_FALSE(pool.try_submit(9));
      settle();
      EXPECT_EQ(begun, 2);
      EXPECT_EQ(pool.queued(), static_cast<std::size_t>(capacity));
      EXPECT_FALSE(pool.try_submit(9));
      gate.send(0);
      settle();
      EXPECT_EQ(begun, capacity > 0 ? 3 : 2);
      EXPECT_TRUE(pool.try_submit(9)) << "one was begun, or a worker is idle";
      gate.close();
    });
}

TEST(WorkerPool, CloseRefusesWhoWaitsToSubmit) {
  run([] {
    Channel<int> gate;
    std::atomic<int> done = 0, refused = 0;
    WorkerPool<int> pool{1, 1, [&](int) {
                           gate.receive();
                           ++done;
                         }};
    WaitGroup submitters;
    for (int job = 0; job < 5; ++job)
      submitters.spawn([&, job] { refused += !pool.submit(job); });
    settle();
    pool.close();
    submitters.wait();
    EXPECT_EQ(refused, 3) << "one is being done, and one has a place";
    gate.close();
    pool.wait();
    EXPECT_EQ(done, 2);
  });
}

// Throws from a move while `armed`.
struct Fragile {
  explicit Fragile(int value) : value(value) {}
  Fragile(Fragile &&other) noexcept(false) : value(other.value) {
    if (armed && --armed == 0)
      throw std::runtime_error("move");
  }

  int value;
  static inline int armed = 0;
};

TEST(WorkerPool, AJobWhoseMoveThrowsIsNotSubmitted) {
  run([] {
    std::atomic<int> sum = 0;
    WorkerPool<Fragile> pool{1, 4, [&](Fragile &job) { sum += job.value; }};
    EXPECT_TRUE(pool.submit(Fragile(1)));
    settle();
    Fragile::armed = 1;
    EXPECT_THROW(pool.submit(Fragile(10)), std::runtime_error);
    EXPECT_TRUE(pool.submit(Fragile(100)));
    pool.close();
    pool.wait();
    EXPECT_EQ(sum, 101);
  });
}

TEST(WorkerPool, SmallJobsAreDoneByFew) {
  const std::size_t workers = run_in_turn([] {
    static TaskLocal<int> mine;
    std::mutex mutex;
    std::set<const int *> seen;
    {
      WorkerPool<int> pool{64, 16, [&](int) {
                             std::lock_guard lock(mutex);
                             seen.insert(&mine.get());
                           }};
      settle();
      for (int job = 0; job < 1000; ++job)
        pool.submit(job);
    }
    return seen.size();
  });
  EXPECT_LE(workers, 3u);
}

// Whoever submits, in whichever way, and whenever the pool is closed: what was
// accepted is done once and by the end of wait(), what was refused never.
TEST(WorkerPool, LosesAndDoublesNothing) {
  constexpr int submitters = 6, jobs_each = 150;
  for (int round = 0; round < 24; ++round) {
    const int workers = 1 + round % 5, capacity = round % 4;
    run(
        [&] {
          std::vector<std::atomic<int>> done(submitters * jobs_each);
          std::vector<std::atomic<bool>> accepted(submitters * jobs_each);
          std::atomic<int> inside = 0, begun = 0, taken = 0;
          WorkerPool<std::unique_ptr<int>, int> pool{
              workers, capacity, [&](std::unique_ptr<int> job) {
                ++begun;
                EXPECT_LE(++inside, workers);
                if (*job % 7 == 0)
                  yield();
                if (*job % 31 == 0)
                  sleep_for(10us);
                ++done[*job];
                --inside;
                return *job;
              }};
          const auto submit = [&](int submitter) {
            std::minstd_rand random(round * 100 + submitter + 1);
            for (int i = 0; i < jobs_each; ++i) {
              const int number = submitter * jobs_each + i;
              auto job = std::make_unique<int>(number);
              switch (random() % 4) {
              case 0:
                accepted[number] = pool.try_submit(std::move(job));
                break;
              case 1:
                try {
                  EXPECT_EQ(pool.call(std::move(job)).get(), number);
                  accepted[number] = true;
                } catch (const std::future_error &) {
                }
                break;
              default:
                accepted[number] = pool.submit(std::move(job));
              }
              taken += accepted[number];
              const int accepted_before = taken;
              EXPECT_LE(accepted_before - begun, capacity + workers);
              EXPECT_LE(pool.queued(), static_cast<std::size_t>(capacity));
            }
          };
          WaitGroup group;
          for (int submitter = 1; submitter < submitters; ++submitter)
            group.spawn([&, submitter] { submit(submitter); });
          std::thread outside([&] { submit(0); });
          if (round % 3 == 0) {
            sleep_for(round * 20us);
            pool.close();
          }
          group.wait();
          blocking([&] { outside.join(); });
          pool.close();
          pool.wait();
          EXPECT_EQ(inside, 0);
          EXPECT_EQ(begun, taken);
          for (std::size_t job = 0; job < done.size(); ++job)
            ASSERT_EQ(done[job], accepted[job]) << "job " << job;
        },
        {.procs = 1u + round % 3});
  }
}

} // namespace
} // namespace heddle
