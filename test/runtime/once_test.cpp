#include "heddle/once.h"

#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(Once, RunsOneFunctionOnce) {
  run(
      [] {
        Once once;
        int table = 0;
        WaitGroup group;
        for (int task = 0; task < 20; ++task)
          group.spawn([&] {
            once.call([&] {
              sleep_for(1ms);
              ++table;
            });
            EXPECT_EQ(table, 1);
          });
        group.wait();
        EXPECT_TRUE(once.done());
      },
      {.procs = 2});
}

TEST(Once, AnExceptionLeavesItToTheNext) {
  run([] {
    Once once;
    int tries = 0;
    const auto attempt = [&] {
      if (++tries < 3)
        throw std::runtime_error("not yet");
    };
    EXPECT_THROW(once.call(attempt), std::runtime_error);
    EXPECT_FALSE(once.done());
    EXPECT_THROW(once.call(attempt), std::runtime_error);
    once.call(attempt);
    once.call(attempt);
    EXPECT_EQ(tries, 3);
  });
}

TEST(Once, WaitersTryWhenTheFirstFails) {
  run(
      [] {
        Once once;
        int tries = 0, made = 0;
        std::atomic<int> failed = 0;
        WaitGroup group;
        for (int task = 0; task < 4; ++task)
          group.spawn([&] {
            try {
              once.call([&] {
                sleep_for(100us);
                if (++tries < 3)
                  throw std::runtime_error("not yet");
                ++made;
              });
            } catch (const std::runtime_error &) {
              ++failed;
            }
          });
        group.wait();
        EXPECT_EQ(failed, 2);
        EXPECT_EQ(made, 1);
      },
      {.procs = 2});
}

TEST(Once, ServesPlainThreadsWithoutARuntime) {
  Once once;
  std::atomic<int> runs = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      once.call([&] { ++runs; });
      EXPECT_EQ(runs, 1);
    });
  for (std::thread &thread : threads)
    thread.join();
}

std::atomic<int> globals_made = 0;
constinit Lazy<std::string> global{[] {
  ++globals_made;
  return std::string("made");
}};

TEST(Lazy, IsMadeOnFirstUse) {
  EXPECT_EQ(globals_made, 0);
  EXPECT_FALSE(global.ready());
  run(
      [] {
        WaitGroup group;
        for (int task = 0; task < 8; ++task)
          group.spawn([] { EXPECT_EQ(*global, "made"); });
        group.wait();
      },
      {.procs = 2});
  EXPECT_EQ(global->size(), 4u);
  EXPECT_EQ(globals_made, 1);
}

class Table {
public:
  explicit Table(int rows) : rows_(rows) {}
  int rows() const { return index_->second; }
  int made() const { return made_; }

private:
  int rows_;
  mutable int made_ = 0;
  // Nothing of its value can be moved.
  Lazy<std::pair<const std::string, int>> index_{[this] {
    ++made_;
    return std::pair<const std::string, int>("rows", rows_);
  }};
};

TEST(Lazy, MembersMayCapture) {
  const Table table(7);
  EXPECT_EQ(table.made(), 0);
  EXPECT_EQ(table.rows(), 7);
  EXPECT_EQ(table.rows(), 7);
  EXPECT_EQ(table.made(), 1);
}

TEST(Lazy, HoldsWhatCannotBeMoved) {
  struct Counter {
    explicit Counter(int start) : value(start) {}
    std::mutex mutex;
    int value;
  };
  Lazy<Counter> lazy{[] { return Counter(3); }};
  int start = 4;
  Lazy<Counter> closure{[&start] { return Counter(start); }};
  EXPECT_EQ(lazy->value + closure->value, 7);
}

TEST(Lazy, AnExceptionLeavesItToTheNextUse) {
  int tries = 0;
  Lazy<int> lazy{[&] {
    if (++tries == 1)
      throw std::runtime_error("not yet");
    return tries;
  }};
  EXPECT_THROW(lazy.get(), std::runtime_error);
  EXPECT_EQ(lazy.get(), 2);
}

TEST(Lazy, DestroysOnlyWhatWasMade) {
  struct Counted {
    explicit Counted(int &count) : count(count) {}
    ~Counted() { ++count; }
    int &count;
  };
  int destroyed = 0;
  {
    Lazy<Counted> used{[&] { return Counted(destroyed); }};
    Lazy<Counted> unused{[&] { return Counted(destroyed); }};
    used.get();
    EXPECT_EQ(destroyed, 0);
  }
  EXPECT_EQ(destroyed, 1);
}

} // namespace
} // namespace heddle
