#include "heddle/mutex.h"

#include "heddle/event.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(SharedMutex, ReadersShareAndWritersExclude) {
  run(
      [] {
        SharedMutex mutex;
        std::map<int, int> table;
        std::atomic<int> readers = 0, most = 0;
        WaitGroup group;
        for (int task = 0; task < 8; ++task)
          group.spawn([&, task] {
            for (int i = 0; i < 200; ++i)
              if (i % 8 == task) {
                std::lock_guard lock(mutex);
                EXPECT_EQ(readers, 0);
                ++table[task];
                yield();
                EXPECT_EQ(readers, 0);
              } else {
                std::shared_lock lock(mutex);
                most = std::max(most.load(), ++readers);
                EXPECT_LE(table.size(), 8u);
                yield();
                --readers;
              }
          });
        group.wait();
        EXPECT_GT(most, 1);
        for (auto [task, writes] : table)
          EXPECT_EQ(writes, 25) << task;
      },
      {.procs = 2});
}

TEST(SharedMutex, TryLockNeverWaits) {
  SharedMutex mutex;
  {
    std::shared_lock first(mutex, std::try_to_lock);
    std::shared_lock second(mutex, std::try_to_lock);
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(std::unique_lock(mutex, std::try_to_lock));
  }
  std::unique_lock alone(mutex, std::try_to_lock);
  EXPECT_TRUE(alone);
  EXPECT_FALSE(std::shared_lock(mutex, std::try_to_lock));
}

TEST(SharedMutex, NobodyOvertakesAWaiter) {
  const std::vector<std::string> order = run_in_turn([] {
    SharedMutex mutex;
    Log<std::string> log;
    WaitGroup group;
    const auto read = [&](const char *name) {
      std::shared_lock lock(mutex);
      log.add(name);
    };
    const auto write = [&](const char *name) {
      std::lock_guard lock(mutex);
      log.add(name);
    };
    std::shared_lock held(mutex);
    group.spawn([&] { write("writer 1"); });
    settle();
    EXPECT_FALSE(std::shared_lock(mutex, std::try_to_lock)) << "a writer waits";
    for (auto name : {"reader 1", "reader 2"}) {
      group.spawn([&, name] { read(name); });
      settle();
    }
    group.spawn([&] { write("writer 2"); });
    settle();
    group.spawn([&] { read("reader 3"); });
    settle();
    held.unlock();
    group.wait();
    return log.entries();
  });
  EXPECT_EQ(order, (std::vector<std::string>{"writer 1", "reader 1", "reader 2",
                                             "writer 2", "reader 3"}));
}

TEST(SharedMutex, ReadersThatWaitTogetherEnterTogether) {
  run([] {
    SharedMutex mutex;
    WaitGroup inside, group;
    std::unique_lock held(mutex);
    inside.add(4);
    for (int task = 0; task < 4; ++task) {
      group.spawn([&] {
        std::shared_lock lock(mutex);
        inside.done();
        inside.wait();
      });
      settle();
    }
    held.unlock();
    group.wait();
    EXPECT_TRUE(held.try_lock());
  });
}

TEST(SharedMutex, ServesPlainThreadsAndTasks) {
  SharedMutex mutex;
  int counter = 0;
  const auto work = [&] {
    for (int i = 0; i < 1000; ++i) {
      if (i % 4 == 0) {
        std::lock_guard lock(mutex);
        ++counter;
      } else {
        std::shared_lock lock(mutex);
        EXPECT_GE(counter, i / 4);
      }
    }
  };
  std::thread first(work), second(work);
  run(
      [&] {
        WaitGroup group;
        group.spawn(work);
        group.spawn(work);
        group.wait();
      },
      {.procs = 2});
  first.join();
  second.join();
  EXPECT_EQ(counter, 4 * 250);
}

TEST(SharedMutex, MayBeDestroyedByTheLastOwner) {
  run(
      [] {
        for (int round = 0; round < 300; ++round) {
          auto *mutex = new SharedMutex;
          std::atomic<int> left = 3;
          WaitGroup group;
          for (int task = 0; task < 3; ++task)
            group.spawn([&, task] {
              if (task == 0) {
                std::lock_guard lock(*mutex);
              } else {
                std::shared_lock lock(*mutex);
              }
              if (--left == 0)
                delete mutex;
            });
          group.wait();
        }
      },
      {.procs = 2});
}

} // namespace
} // namespace heddle
