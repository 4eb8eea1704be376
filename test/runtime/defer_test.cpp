#include "heddle/defer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

namespace heddle {
namespace {

TEST(ScopeExit, RunsAtTheEndOfItsScope) {
  std::vector<int> order;
  {
    ScopeExit last{[&] { order.push_back(2); }};
    ScopeExit first{[&] { order.push_back(1); }};
    order.push_back(0);
  }
  EXPECT_EQ(order, (std::vector{0, 1, 2}));
}

TEST(ScopeExit, RunsInEachRoundOfALoopAndOnException) {
  int open = 0, most = 0;
  try {
    for (int i = 0;; ++i) {
      ++open;
      ScopeExit close{[&] { --open; }};
      most = std::max(most, open);
      if (i == 5)
        throw std::runtime_error("enough");
    }
  } catch (const std::runtime_error &) {
  }
  EXPECT_EQ(open, 0);
  EXPECT_EQ(most, 1);
}

TEST(ScopeExit, ReleasedDoesNothing) {
  bool ran = false;
  {
    ScopeExit undo{[&] { ran = true; }};
    undo.release();
  }
  EXPECT_FALSE(ran);
}

TEST(ScopeExitDeathTest, ThrowingEndsTheProgram) {
  EXPECT_DEATH(
      { ScopeExit thrower{[] { throw std::runtime_error("no"); }}; }, "");
}

TEST(DeferStack, RunsTheLastFirst) {
  std::vector<int> order;
  {
    DeferStack defers;
    EXPECT_TRUE(defers.empty());
    for (int i = 0; i < 3; ++i)
      defers.push([&order, i] { order.push_back(i); });
    auto owned = std::make_unique<int>(3);
    defers.push(
        [&order, owned = std::move(owned)] { order.push_back(*owned); });
    EXPECT_FALSE(defers.empty());
    EXPECT_TRUE(order.empty());
  }
  EXPECT_EQ(order, (std::vector{3, 2, 1, 0}));
}

TEST(DeferStack, RunCallsAllAndThrowsTheFirstException) {
  std::vector<int> order;
  DeferStack defers;
  defers.push([&] { order.push_back(0); });
  defers.push([&] {
    order.push_back(1);
    throw std::runtime_error("one");
  });
  defers.push([&] {
    order.push_back(2);
    throw std::runtime_error("two");
  });
  try {
    defers.run();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::runtime_error &error) {
    EXPECT_STREQ(error.what(), "two");
  }
  EXPECT_EQ(order, (std::vector{2, 1, 0}));
  EXPECT_TRUE(defers.empty());
}

TEST(DeferStack, WhatIsPushedWhileItRunsRunsToo) {
  std::vector<int> order;
  {
    DeferStack defers;
    defers.push([&] { order.push_back(0); });
    defers.push([&] { defers.push([&] { order.push_back(1); }); });
  }
  EXPECT_EQ(order, (std::vector{1, 0}));
}

TEST(DeferStack, ReleasedRunsNothingAndFreesAll) {
  auto counted = std::make_shared<int>();
  DeferStack defers;
  for (int i = 0; i < 10; ++i)
    defers.push([counted] { ADD_FAILURE() << "it ran"; });
  EXPECT_EQ(counted.use_count(), 11);
  defers.release();
  EXPECT_EQ(counted.use_count(), 1);
}

TEST(DeferStack, RunsAtOnceWhatItCannotKeep) {
  struct Stubborn {
    explicit Stubborn(int &calls) : calls(calls) {}
    Stubborn(const Stubborn &other) : calls(other.calls) {
      throw std::bad_alloc();
    }
    void operator()() const { ++calls; }
    int &calls;
  };
  int calls = 0;
  DeferStack defers;
  Stubborn stubborn(calls);
  EXPECT_THROW(defers.push(stubborn), std::bad_alloc);
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(defers.empty());
}

TEST(DeferStack, FreesManyWithoutRecursion) {
  int calls = 0;
  {
    DeferStack defers;
    for (int i = 0; i < 200'000; ++i)
      defers.push([&] { ++calls; });
  }
  EXPECT_EQ(calls, 200'000);
}

} // namespace
} // namespace heddle
