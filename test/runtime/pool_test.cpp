#include "heddle/pool.h"

#include "heddle/channel.h"
#include "heddle/memory.h"
#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle {
namespace {

TEST(Pool, LendsAgainWhatCameBack) {
  int made = 0;
  Pool<std::string> buffers{[&] {
                              ++made;
                              return std::string("fresh");
                            },
                            [](std::string &buffer) { buffer.clear(); }};
  const std::string *first;
  {
    auto buffer = buffers.lease();
    first = &*buffer;
    EXPECT_EQ(*buffer, "fresh");
    buffer->append(" and used");
  }
  EXPECT_EQ(buffers.cached(), 1u);
  auto again = buffers.lease();
  EXPECT_EQ(&*again, first);
  EXPECT_EQ(*again, "");
  EXPECT_EQ(made, 1);
}

TEST(Pool, KnowsItsTypeFromItsFunctions) {
  Pool plain{[] { return std::vector<int>(3); }};
  Pool reset{[] { return 7; }, [](int &number) { number = 8; }};
  Pool<std::string> made_by_default;
  EXPECT_EQ(plain.lease()->size(), 3u);
  EXPECT_EQ(*reset.lease(), 7);
  EXPECT_EQ(*reset.lease(), 8);
  EXPECT_EQ(*made_by_default.lease(), "");
}

TEST(Pool, LeasesMove) {
  Pool<int> pool{[] { return 1; }};
  {
    auto first = pool.lease();
    Pool<int>::Lease second = std::move(first);
    EXPECT_TRUE(second);
    EXPECT_EQ(pool.cached(), 0u);
    second = pool.lease();
    EXPECT_EQ(pool.cached(), 1u);
  }
  EXPECT_EQ(pool.cached(), 2u);
}

TEST(Pool, GetAndPut) {
  Pool<std::string> pool{[] { return std::string("new"); },
                         [](std::string &text) { text += "!"; }};
  std::string text = pool.get();
  EXPECT_EQ(text, "new");
  pool.put(std::move(text));
  EXPECT_EQ(pool.get(), "new!");
  EXPECT_EQ(pool.cached(), 0u);
}

TEST(Pool, WhatMakeThrowsComesOut) {
  Pool<int> pool{[]() -> int { throw std::runtime_error("no more"); }};
  EXPECT_THROW((void)pool.lease(), std::runtime_error);
  EXPECT_THROW((void)pool.get(), std::runtime_error);
}

TEST(Pool, AnObjectWhoseResetThrowsIsDestroyed) {
  Pool<std::string> pool{[] { return std::string(); },
                         [](std::string &) { throw std::runtime_error("no"); }};
  {
    auto lease = pool.lease();
  }
  EXPECT_EQ(pool.cached(), 0u);
  EXPECT_THROW(pool.put("text"), std::runtime_error);
  EXPECT_EQ(pool.cached(), 0u);
}

TEST(Pool, TwoCollectionsFreeWhatNobodyUses) {
  run([] {
    std::atomic<int> alive = 0;
    struct Object {
      explicit Object(std::atomic<int> &alive) : alive(&alive) { ++alive; }
      Object(Object &&other) noexcept
          : alive(std::exchange(other.alive, nullptr)) {}
      ~Object() {
        if (alive)
          --*alive;
      }
      std::atomic<int> *alive;
    };
    Pool<Object> pool{[&] { return Object(alive); }};
    {
      auto first = pool.lease();
      auto second = pool.lease();
    }
    EXPECT_EQ(pool.cached(), 2u);
    collect();
    EXPECT_EQ(alive, 2);
    {
      auto used = pool.lease();
    }
    collect();
    EXPECT_EQ(alive, 1) << "the one that was used stays";
    EXPECT_EQ(pool.cached(), 1u);
    collect();
    collect();
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(pool.cached(), 0u);
  });
}

TEST(Pool, ADestructorMayUseAnotherPool) {
  run([] {
    Pool<std::string> names;
    struct Object {
      Pool<std::string>::Lease name;
    };
    Pool<Object> objects{[&] { return Object{names.lease()}; }};
    {
      auto object = objects.lease();
    }
    collect();
    collect();
    EXPECT_EQ(objects.cached(), 0u);
    EXPECT_EQ(names.cached(), 1u);
  });
}

TEST(Pool, LeasesGoThroughAChannel) {
  run([] {
    std::atomic<int> made = 0;
    Pool<std::vector<int>> pool{[&] {
                                  ++made;
                                  return std::vector<int>();
                                },
                                [](std::vector<int> &items) { items.clear(); }};
    Channel<Pool<std::vector<int>>::Lease> stage(4);
    WaitGroup group;
    group.spawn([&] {
      for (int i = 0; i < 1000; ++i) {
        auto items = pool.lease();
        ASSERT_TRUE(items->empty());
        items->push_back(i);
        stage.send(std::move(items));
      }
      stage.close();
    });
    int expected = 0;
    for (auto items : stage)
      EXPECT_EQ(items->front(), expected++);
    group.wait();
    EXPECT_EQ(expected, 1000);
    EXPECT_LT(made, 1000);
    EXPECT_EQ(pool.cached(), static_cast<std::size_t>(made));
  });
}

// No object is ever with two users, and each is somewhere in the end, also
// while collections take some away.
TEST(Pool, NoObjectHasTwoUsers) {
  run(
      [] {
        struct Object {
          std::atomic<int> *alive;
          bool used = false;
          explicit Object(std::atomic<int> &alive) : alive(&alive) { ++alive; }
          Object(Object &&other) noexcept
              : alive(std::exchange(other.alive, nullptr)), used(other.used) {}
          ~Object() {
            if (alive)
              --*alive;
          }
        };
        std::atomic<int> alive = 0;
        Pool<Object> pool{[&] { return Object(alive); },
                          [](Object &object) { object.used = false; }};
        WaitGroup group;
        for (int task = 0; task < 16; ++task)
          group.spawn([&, task] {
            for (int i = 0; i < 300; ++i) {
              auto first = pool.lease();
              ASSERT_FALSE(std::exchange(first->used, true));
              if ((i + task) % 3 == 0)
                yield();
              Object second = pool.get();
              ASSERT_FALSE(std::exchange(second.used, true));
              pool.put(std::move(second));
              if ((i + task) % 64 == 0)
                collect();
            }
          });
        group.wait();
        EXPECT_EQ(static_cast<std::size_t>(alive), pool.cached());
        collect();
        collect();
        EXPECT_EQ(alive, 0);
      },
      {.procs = 4});
}

} // namespace
} // namespace heddle
