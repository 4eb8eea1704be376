#include "heddle/sharded_map.h"

#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace heddle {
namespace {

TEST(ShardedMap, CountsWords) {
  const std::vector<std::string> words = {"a", "b", "a", "c", "a", "b"};
  ShardedMap<std::string, int> counts;
  run([&] {
    WaitGroup group;
    for (const std::string &word : words)
      group.spawn([&] { counts.update(word, [](int &count) { ++count; }); });
    group.wait();
  });
  EXPECT_EQ(counts.get("a"), 3);
  EXPECT_EQ(counts.get("b"), 2);
  EXPECT_EQ(counts.get("c"), 1);
  EXPECT_EQ(counts.get("d"), std::nullopt);
  EXPECT_EQ(counts.size(), 3u);
}

TEST(ShardedMap, InsertsAssignsAndRemoves) {
  ShardedMap<int, std::string> map(1);
  EXPECT_TRUE(map.empty());
  EXPECT_TRUE(map.insert(1, "one"));
  EXPECT_FALSE(map.insert(1, "uno"));
  EXPECT_EQ(map.get(1), "one");
  EXPECT_FALSE(map.insert_or_assign(1, "eins"));
  EXPECT_TRUE(map.insert_or_assign(2, "two"));
  EXPECT_TRUE(map.contains(2));
  EXPECT_EQ(map.take(1), "eins");
  EXPECT_EQ(map.take(1), std::nullopt);
  EXPECT_TRUE(map.erase(2));
  EXPECT_FALSE(map.erase(2));
  EXPECT_TRUE(map.empty());
}

TEST(ShardedMap, VisitsInPlace) {
  ShardedMap<int, std::unique_ptr<int>> map;
  EXPECT_FALSE(map.visit(1, [](std::unique_ptr<int> &) { FAIL(); }));
  map.insert(1, std::make_unique<int>(5));
  EXPECT_TRUE(map.visit(1, [](std::unique_ptr<int> &value) { ++*value; }));
  const auto &constant = map;
  int seen = 0;
  EXPECT_TRUE(constant.visit(
      1, [&](const std::unique_ptr<int> &value) { seen = *value; }));
  EXPECT_EQ(seen, 6);
  EXPECT_EQ(map.update(1, [](std::unique_ptr<int> &value) { return *value; }),
            6);
}

TEST(ShardedMap, MakesAValueOnce) {
  ShardedMap<int, int> map;
  int made = 0;
  auto make = [&] { return ++made * 10; };
  EXPECT_EQ(map.get_or_insert(1, make), 10);
  EXPECT_EQ(map.get_or_insert(1, make), 10);
  EXPECT_EQ(made, 1);
  EXPECT_THROW(
      map.get_or_insert(2, []() -> int { throw std::runtime_error("no"); }),
      std::runtime_error);
  EXPECT_FALSE(map.contains(2));
  EXPECT_EQ(map.get_or_insert(2, make), 20) << "the stripe is unlocked again";
}

TEST(ShardedMap, MeetsEachElement) {
  ShardedMap<int, int> map(8);
  for (int i = 0; i < 100; ++i)
    map.insert(i, i);
  map.for_each([](int key, int &value) { value += key; });
  std::set<int> seen;
  std::as_const(map).for_each([&](int key, const int &value) {
    EXPECT_EQ(value, 2 * key);
    EXPECT_TRUE(seen.insert(key).second);
  });
  EXPECT_EQ(seen.size(), 100u);
  EXPECT_EQ(map.erase_if([](int key, int) { return key % 2 == 0; }), 50u);
  EXPECT_EQ(map.size(), 50u);
  map.clear();
  EXPECT_TRUE(map.empty());
}

TEST(ShardedMap, AFunctionMayWait) {
  run([] {
    ShardedMap<int, int> map(1);
    WaitGroup group;
    for (int i = 0; i < 8; ++i)
      group.spawn([&] {
        map.update(1, [](int &value) {
          int before = value;
          yield();
          value = before + 1;
        });
      });
    group.wait();
    EXPECT_EQ(map.get(1), 8);
  });
}

// Money moves between accounts by take and insert; plain threads join in.
// None is lost, none is doubled.
TEST(ShardedMap, NothingIsLost) {
  ShardedMap<unsigned, int> map(4);
  constexpr unsigned accounts = 16;
  constexpr int each = 100;
  for (unsigned i = 0; i < accounts; ++i)
    map.insert(i, each);
  auto move_around = [&](unsigned seed) {
    std::minstd_rand random(seed + 1);
    for (int i = 0; i < 500; ++i) {
      int amount = map.update(random() % accounts, [](int &balance) {
        int part = balance / 2;
        balance -= part;
        return part;
      });
      if (i % 8 == 0) {
        int all = map.take(random() % accounts).value_or(0);
        amount += all;
      }
      map.update(random() % accounts, [&](int &balance) { balance += amount; });
    }
  };
  run(
      [&] {
        WaitGroup group;
        for (unsigned task = 0; task < 8; ++task)
          group.spawn([&, task] { move_around(task); });
        std::thread outsider([&] { move_around(99); });
        group.wait();
        outsider.join();
      },
      {.procs = 4});
  int sum = 0;
  map.for_each([&](unsigned, int &balance) { sum += balance; });
  EXPECT_EQ(sum, static_cast<int>(accounts) * each);
}

} // namespace
} // namespace heddle
