#include "heddle/foreign.h"
#include "heddle/parallel.h"
#include "heddle/pin.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

namespace heddle {
namespace {

// A library of the kind that must be used from one thread.
class ThreadBound {
public:
  int use() {
    EXPECT_EQ(std::this_thread::get_id(), owner_);
    return ++uses_;
  }

private:
  const std::thread::id owner_ = std::this_thread::get_id();
  int uses_ = 0;
};

TEST(PinnedPool, Example) {
  run([] {
    PinnedPool pool(1);
    ThreadBound library = pool.run([] { return ThreadBound(); });
    parallel_for(0, 20, [&](int) { pool.run([&] { library.use(); }); });
    EXPECT_EQ(pool.run([&] { return library.use(); }), 21);
  });
}

TEST(PinnedPool, GivesResultsAndExceptions) {
  run([] {
    PinnedPool pool;
    std::string text = "x";
    EXPECT_EQ(&pool.run([&]() -> std::string & { return text; }), &text);
    EXPECT_THROW(pool.run([] { throw std::runtime_error("p"); }),
                 std::runtime_error);
    EXPECT_EQ(pool.run([] { return 2; }), 2);
  });
}

TEST(PinnedPool, UsesAllItsThreadsAndNoOther) {
  run(
      [] {
        PinnedPool pool(3);
        std::mutex mutex;
        std::set<std::thread::id> threads;
        std::atomic<int> within{0}, arrived{0};
        WaitGroup group;
        for (int i = 0; i < 30; ++i)
          group.spawn([&] {
            pool.run([&] {
              EXPECT_LE(++within, 3);
              {
                std::lock_guard lock(mutex);
                threads.insert(std::this_thread::get_id());
              }
              // Three meet here, so there are three threads.
              ++arrived;
              while (arrived < 3)
                sleep_for(std::chrono::microseconds(100));
              --within;
            });
          });
        group.wait();
        EXPECT_EQ(threads.size(), 3u);
      },
      {.procs = 2});
}

TEST(PinnedPool, CallsWithinACallRunAtOnce) {
  run([] {
    PinnedPool pool(1);
    EXPECT_EQ(pool.run([&] {
      std::thread::id outer = std::this_thread::get_id();
      return pool.run([&] { return outer == std::this_thread::get_id(); });
    }),
              true);
  });
}

TEST(PinnedPool, OutlivesRuntimes) {
  PinnedPool pool(2);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(run([&] { return pool.run([&] { return i; }); }), i);
}

TEST(PinnedPool, ServesPlainThreads) {
  Runtime runtime;
  runtime.start();
  PinnedPool pool(1);
  std::array<std::thread, 4> threads;
  std::atomic<int> sum{0};
  for (std::thread &thread : threads)
    thread = std::thread([&] {
      for (int i = 0; i < 20; ++i)
        sum += pool.run([] { return 1; });
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(sum, 80);
}

} // namespace
} // namespace heddle
