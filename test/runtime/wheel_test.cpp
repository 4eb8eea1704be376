#include "time/wheel.h"

#include "sched/membarrier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace heddle::detail {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t start = 1'000'000 * ms;

struct Counted {
  int fired = 0;
  TimerNode node{[](TimerNode &node) noexcept {
                   ++static_cast<Counted *>(node.arg)->fired;
                 },
                 this};
};

class WheelTest : public testing::Test {
protected:
  WheelTest() { wheel.clear(start); }

  Wheel wheel;
};

TEST_F(WheelTest, FiresOnceWhenDueAndNotBefore) {
  Counted timer;
  wheel.arm(timer.node, start + 5 * ms);
  EXPECT_EQ(wheel.pending(), 1u);
  EXPECT_EQ(wheel.fire(start + 5 * ms - 1), 0u);
  EXPECT_EQ(timer.fired, 0);
  EXPECT_EQ(wheel.fire(start + 6 * ms), 1u);
  EXPECT_EQ(wheel.fire(start + 1000 * ms), 0u);
  EXPECT_EQ(timer.fired, 1);
  EXPECT_EQ(wheel.pending(), 0u);
}

TEST_F(WheelTest, OneThatIsLateAlreadyFiresAtOnce) {
  Counted timer;
  wheel.arm(timer.node, start - 5 * ms);
  EXPECT_EQ(wheel.fire(start + ms), 1u);
}

TEST_F(WheelTest, CancelledOnesDoNotFire) {
  Counted timer;
  wheel.arm(timer.node, start + 5 * ms);
  EXPECT_TRUE(wheel.cancel(timer.node));
  EXPECT_FALSE(wheel.cancel(timer.node));
  EXPECT_EQ(wheel.fire(start + 10 * ms), 0u);
}

TEST_F(WheelTest, FiresInTheOrderOfDeadlines) {
  static std::vector<const void *> order;
  order.clear();
  std::vector<std::unique_ptr<TimerNode>> nodes;
  for (int i = 0; i < 100; ++i)
    nodes.push_back(std::make_unique<TimerNode>(
        [](TimerNode &node) noexcept { order.push_back(&node); }));
  for (int i = 99; i >= 0; --i)
    wheel.arm(*nodes[static_cast<std::size_t>(i)], start + (i + 1) * 37 * ms);
  wheel.fire(start + 10'000 * ms);
  ASSERT_EQ(order.size(), nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i)
    EXPECT_EQ(order[i], nodes[i].get());
}

TEST_F(WheelTest, PostponesWhatIsArmedToALaterTime) {
  Counted timer;
  EXPECT_FALSE(Wheel::postpone(timer.node, start + 5 * ms)) << "idle";
  wheel.arm(timer.node, start + 5 * ms);
  EXPECT_FALSE(Wheel::postpone(timer.node, start + 4 * ms)) << "earlier";
  EXPECT_TRUE(Wheel::postpone(timer.node, start + 9 * ms)) << "the first time";
  EXPECT_TRUE(Wheel::postpone(timer.node, start + 20 * ms));
  EXPECT_TRUE(Wheel::postpone(timer.node, start + 20 * ms)) << "the same";
  EXPECT_FALSE(Wheel::postpone(timer.node, start + 10 * ms)) << "earlier";
  EXPECT_EQ(wheel.fire(start + 19 * ms), 0u);
  EXPECT_EQ(wheel.fire(start + 21 * ms), 1u);
  EXPECT_FALSE(Wheel::postpone(timer.node, start + 30 * ms)) << "fired";
}

TEST_F(WheelTest, ResetMovesEarlierToo) {
  Counted timer;
  wheel.arm(timer.node, start + 500 * ms);
  wheel.reset(timer.node, start + 2 * ms);
  EXPECT_LE(wheel.next(), start + 3 * ms);
  EXPECT_EQ(wheel.fire(start + 3 * ms), 1u);
  wheel.reset(timer.node, start + 8 * ms);
  EXPECT_EQ(wheel.pending(), 1u);
  EXPECT_EQ(wheel.fire(start + 9 * ms), 1u);
}

TEST_F(WheelTest, ClearMakesAllIdle) {
  Counted timer;
  wheel.arm(timer.node, start + 5 * ms);
  wheel.reset(timer.node, start + 6 * ms);
  wheel.clear(start + 20 * ms);
  EXPECT_EQ(wheel.pending(), 0u);
  EXPECT_EQ(wheel.next(), Wheel::never);
  EXPECT_FALSE(wheel.cancel(timer.node));
  EXPECT_FALSE(Wheel::postpone(timer.node, start + 30 * ms));
  wheel.arm(timer.node, start + 30 * ms);
  EXPECT_EQ(wheel.fire(start + 31 * ms), 1u);
}

// Whatever is done to it, a wheel fires what a list of deadlines says, and
// next() is never beyond the earliest.
TEST_F(WheelTest, AgreesWithAListOfDeadlines) {
  std::mt19937_64 random(7);
  auto below = [&](std::int64_t limit) {
    return static_cast<std::int64_t>(random() %
                                     static_cast<std::uint64_t>(limit));
  };
  struct Model {
    Counted timer;
    std::int64_t deadline = 0;
    int expected = 0;
  };
  std::vector<std::unique_ptr<Model>> models;
  for (int i = 0; i < 64; ++i)
    models.push_back(std::make_unique<Model>());
  std::int64_t now = start;
  for (int step = 0; step < 100'000; ++step) {
    Model &model = *models[static_cast<std::size_t>(below(64))];
    // From a tick to beyond the wheel's horizon.
    std::int64_t when = now + below(std::int64_t{1} << (10 + below(50)));
    switch (below(4)) {
    case 0:
      EXPECT_EQ(wheel.cancel(model.timer.node), model.deadline != 0);
      model.deadline = 0;
      break;
    case 1:
      if (model.deadline == 0)
        wheel.arm(model.timer.node, when);
      else if (!Wheel::postpone(model.timer.node, when))
        wheel.reset(model.timer.node, when);
      model.deadline = when;
      break;
    case 2:
      if (model.deadline != 0) {
        when = std::max(when, model.deadline);
        if (!Wheel::postpone(model.timer.node, when))
          wheel.reset(model.timer.node, when);
        model.deadline = when;
      }
      break;
    default: {
      now += below(std::int64_t{1} << (10 + below(30)));
      wheel.fire(now);
      // A deadline counts from the end of its tick on.
      for (auto &each : models)
        if (each->timer.fired > each->expected) {
          ASSERT_NE(each->deadline, 0);
          ASSERT_LE(each->deadline, now);
          each->expected = each->timer.fired;
          each->deadline = 0;
        } else {
          ASSERT_TRUE(each->deadline == 0 ||
                      each->deadline > now - (std::int64_t{1} << 15));
        }
    }
    }
    for (auto &each : models)
      if (each->deadline)
        ASSERT_LE(wheel.next(), std::max(each->deadline, now) + (1 << 15));
  }
}

// One thread lets time pass, another puts a deadline off: once that is done no
// callback comes for an earlier one, and none is lost.
TEST_F(WheelTest, FiringAndPostponingAgree) {
  prepare_barriers();
  static std::atomic<std::int64_t> now, promised;
  static std::atomic<int> fired, early;
  now = start, promised = 0, fired = 0, early = 0;
  TimerNode node([](TimerNode &) noexcept {
    if (now.load() < promised.load())
      ++early;
    ++fired;
  });
  std::atomic<bool> done = false;
  std::thread clock([&] {
    while (!done.load())
      wheel.fire(now.fetch_add(40'000) + 40'000);
  });
  int lost = 0;
  constexpr int rounds = 20'000, each = 64;
  for (int round = 0; round < rounds; ++round) {
    std::int64_t deadline = now.load() + 50'000 + round % 7 * 30'000;
    promised.store(0);
    if (!Wheel::postpone(node, deadline))
      wheel.reset(node, deadline);
    promised.store(deadline);
    if (round % each == 0) {
      int before = fired.load();
      while (node.deadline.load() != 0)
        std::this_thread::yield();
      wheel.cancel(node);
      lost += fired.load() < before;
    }
  }
  done = true;
  clock.join();
  wheel.cancel(node);
  EXPECT_EQ(early.load(), 0);
  EXPECT_EQ(lost, 0);
  EXPECT_GE(fired.load(), rounds / each);
}

} // namespace
} // namespace heddle::detail
