#include "heddle/concurrent_map.h"

#include "heddle/foreign.h"
#include "heddle/memory.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace heddle {
namespace {

/// Two halves that are always equal, and destroyed when they are not.
struct Version {
  explicit Version(int number) : first(number), second(number) {}
  Version(const Version &other) : first(other.first), second(other.second) {}
  ~Version() {
    first = -1;
    second = -2;
  }

  volatile int first, second;
};

TEST(ConcurrentMap, ReadersSeeOneVersionOrTheOther) {
  run(
      [] {
        ConcurrentMap<std::string, Version> map;
        map.insert("route", Version(0));
        std::atomic<bool> stop = false;
        WaitGroup readers;
        for (int i = 0; i < 3; ++i)
          readers.spawn([&] {
            int last = 0;
            while (!stop) {
              std::optional<Version> seen = map.get("route");
              ASSERT_TRUE(seen);
              ASSERT_EQ(seen->first, seen->second);
              ASSERT_GE(seen->first, last);
              last = seen->first;
              yield();
            }
          });
        for (int i = 1; i <= 500; ++i) {
          map.insert_or_assign("route", Version(i));
          if (i % 50 == 0)
            collect();
          yield();
        }
        stop = true;
        readers.wait();
        EXPECT_EQ(map.get("route")->first, 500);
      },
      {.procs = 3});
}

TEST(ConcurrentMap, InsertsAssignsAndRemoves) {
  run([] {
    ConcurrentMap<int, std::string> map;
    EXPECT_TRUE(map.empty());
    EXPECT_TRUE(map.insert(1, "one"));
    EXPECT_FALSE(map.insert(1, "uno"));
    EXPECT_EQ(map.get(1), "one");
    EXPECT_FALSE(map.insert_or_assign(1, "eins"));
    EXPECT_TRUE(map.insert_or_assign(2, "two"));
    map.update(1, [](std::string &value) { value += "!"; });
    map.update(3, [](std::string &value) { value += "three"; });
    EXPECT_EQ(map.get(1), "eins!");
    EXPECT_EQ(map.get(3), "three");
    EXPECT_TRUE(map.contains(2));
    EXPECT_EQ(map.size(), 3u);
    EXPECT_TRUE(map.erase(2));
    EXPECT_FALSE(map.erase(2));
    EXPECT_FALSE(map.contains(2));
    map.clear();
    EXPECT_TRUE(map.empty());
    EXPECT_FALSE(map.contains(1));
    EXPECT_TRUE(map.insert(1, "again"));
    EXPECT_EQ(map.get(1), "again");
  });
}

TEST(ConcurrentMap, VisitsWithoutACopy) {
  run([] {
    ConcurrentMap<int, std::string> map;
    const std::string *address = nullptr;
    auto look = [&](const std::string &value) { address = &value; };
    EXPECT_FALSE(map.visit(1, look));
    map.insert(1, "one");
    EXPECT_TRUE(map.visit(1, look));
    const std::string *first = std::exchange(address, nullptr);
    EXPECT_TRUE(map.visit(1, look));
    EXPECT_EQ(address, first);
  });
}

TEST(ConcurrentMap, MakesAValueOnce) {
  run([] {
    ConcurrentMap<int, int> map;
    int made = 0;
    EXPECT_EQ(map.get_or_insert(1, [&] { return ++made; }), 1);
    EXPECT_EQ(map.get_or_insert(1, [&] { return ++made; }), 1);
    EXPECT_EQ(made, 1);
    EXPECT_THROW(
        map.get_or_insert(2, []() -> int { throw std::runtime_error("no"); }),
        std::runtime_error);
    EXPECT_THROW(map.update(1, [](int &) { throw std::runtime_error("no"); }),
                 std::runtime_error);
    EXPECT_EQ(map.get(1), 1);
    EXPECT_FALSE(map.contains(2));
  });
}

// Keys come and go, so that tables fill with what was removed and are rebuilt.
TEST(ConcurrentMap, AgreesWithASet) {
  run([] {
    ConcurrentMap<unsigned, unsigned> map;
    std::set<unsigned> model;
    std::minstd_rand random(7);
    for (int i = 0; i < 20'000; ++i) {
      unsigned key = random() % 400;
      if (random() % 2)
        ASSERT_EQ(map.insert(key, key * 3), model.insert(key).second);
      else
        ASSERT_EQ(map.erase(key), model.erase(key) == 1);
      ASSERT_EQ(map.size(), model.size());
    }
    std::set<unsigned> seen;
    map.for_each([&](unsigned key, unsigned value) {
      EXPECT_EQ(value, key * 3);
      EXPECT_TRUE(seen.insert(key).second);
    });
    EXPECT_EQ(seen, model);
  });
}

// Each task has keys of its own, which nobody else changes: it always finds
// what it last did, while others make the table grow. Keys that are there all
// along are always found.
TEST(ConcurrentMap, ChangesOfOthersDisturbNobody) {
  run(
      [] {
        constexpr unsigned tasks = 8, keys = 64, steady = 1'000'000;
        ConcurrentMap<unsigned, unsigned> map;
        for (unsigned i = 0; i < keys; ++i)
          map.insert(steady + i, i);
        WaitGroup group;
        for (unsigned task = 0; task < tasks; ++task)
          group.spawn([&, task] {
            std::minstd_rand random(task + 1);
            std::set<unsigned> mine;
            for (int i = 0; i < 1500; ++i) {
              unsigned key = task * keys + random() % keys;
              if (random() % 3 == 0)
                ASSERT_EQ(map.insert(key, key), mine.insert(key).second);
              else if (random() % 2)
                ASSERT_EQ(map.erase(key), mine.erase(key) == 1);
              else
                ASSERT_EQ(map.contains(key), mine.contains(key));
              unsigned other = random() % keys;
              ASSERT_EQ(map.get(steady + other), other);
              if (i % 16 == 0)
                yield();
            }
            for (unsigned key = task * keys; key < (task + 1) * keys; ++key)
              ASSERT_EQ(map.get(key).value_or(key), key);
          });
        group.wait();
        collect();
        EXPECT_GE(map.size(), keys);
      },
      {.procs = 4});
}

TEST(ConcurrentMap, PlainThreadsAndForeignSectionsMayUseIt) {
  ConcurrentMap<int, Version> map;
  map.insert(1, Version(1));
  EXPECT_EQ(map.get(1)->first, 1);
  run(
      [&] {
        std::atomic<bool> stop = false;
        auto read = [&] {
          while (!stop)
            ASSERT_TRUE(map.visit(1, [](const Version &version) {
              ASSERT_EQ(version.first, version.second);
            }));
        };
        std::thread outsider(read);
        WaitGroup group;
        group.spawn([&] { foreign(read); });
        for (int i = 0; i < 300; ++i) {
          map.insert_or_assign(1, Version(i));
          if (i % 30 == 0)
            collect();
          yield();
        }
        stop = true;
        group.wait();
        outsider.join();
      },
      {.procs = 2});
  EXPECT_EQ(map.get(1)->first, 299);
}

} // namespace
} // namespace heddle
