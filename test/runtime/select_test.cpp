#include "heddle/select.h"

#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/timer.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(Select, TakesTheReadyCase) {
  Channel<int> empty(1), full(1);
  full.send(4);
  int got = 0;
  EXPECT_EQ(select(on_receive(empty, [](int) { FAIL(); }),
                   on_receive(full, [&](int value) { got = value; })),
            1u);
  EXPECT_EQ(got, 4);
  EXPECT_EQ(full.size(), 0u);
}

TEST(Select, OtherwiseNeverWaits) {
  Channel<int> empty, full(1);
  full.send(1);
  bool idle = false;
  select(on_receive(empty, [](int) { FAIL(); }),
         on_send(full, 2, [] { FAIL(); }), otherwise([&] { idle = true; }));
  EXPECT_TRUE(idle);
  idle = false;
  select(on_receive(full), otherwise([&] { idle = true; }));
  EXPECT_FALSE(idle);
}

TEST(Select, WaitsForWhicheverComesFirst) {
  run([] {
    Channel<int> numbers;
    Channel<std::string> words;
    spawn([&] {
      settle();
      words.send("hello");
    });
    std::string got;
    select(on_receive(numbers, [](int) { FAIL(); }),
           on_receive(words, [&](std::string_view word) { got = word; }));
    EXPECT_EQ(got, "hello");
  });
}

TEST(Select, SendsToAWaitingReceiver) {
  run([] {
    Channel<int> a, b;
    WaitGroup group;
    group.spawn([&] { EXPECT_EQ(b.receive(), 2); });
    bool sent = false;
    select(on_send(a, 1, [] { FAIL(); }), on_send(b, 2, [&] { sent = true; }));
    EXPECT_TRUE(sent);
    group.wait();
  });
}

TEST(Select, WhatACallbackMayTake) {
  Channel<int> channel(8);
  for (int i = 0; i < 6; ++i)
    channel.send(i);
  std::vector<long> got;
  select(on_receive(channel, [&](int value) { got.push_back(value); }));
  select(on_receive(channel, [&](const int &value) { got.push_back(value); }));
  select(on_receive(channel, [&](auto value) { got.push_back(value + 0); }));
  select(on_receive(channel,
                    [&](std::optional<int> value) { got.push_back(*value); }));
  select(on_receive(channel,
                    [&](const std::optional<int> &value) mutable noexcept {
                      got.push_back(*value);
                    }));
  select(on_receive(channel, [&] { got.push_back(5); }));
  EXPECT_EQ(got, (std::vector<long>{0, 1, 2, 3, 4, 5}));

  Channel<std::unique_ptr<int>> pointers(1);
  pointers.send(std::make_unique<int>(6));
  select(on_receive(
      pointers, [&](std::unique_ptr<int> value) { got.push_back(*value); }));
  EXPECT_EQ(got.back(), 6);
}

TEST(Select, TellsCallbacksOfTheEnd) {
  Channel<int> closed;
  closed.close();
  int ends = 0;
  select(on_receive(closed, [&](std::optional<int> value) { ends += !value; }));
  select(on_receive(closed, [&] { ++ends; }));
  EXPECT_EQ(ends, 2);
  EXPECT_EQ(select(on_receive(closed, [](int) { FAIL(); })), 0u);
  select(on_send(closed, 1, [&](bool sent) { ends += !sent; }));
  EXPECT_EQ(ends, 3);
  EXPECT_EQ(select(on_send(closed, 1, [] { FAIL(); })), 0u);
}

TEST(Select, CloseEndsAWait) {
  run([] {
    Channel<int> a, b, c(1);
    c.send(0);
    WaitGroup group;
    group.spawn([&] {
      bool closed = false;
      select(on_receive(a, [](int) { FAIL(); }),
             on_receive(b, [&](std::optional<int> value) { closed = !value; }));
      EXPECT_TRUE(closed);
    });
    group.spawn([&] {
      bool refused = false;
      select(on_receive(a, [](int) { FAIL(); }),
             on_send(c, 1, [&](bool sent) { refused = !sent; }));
      EXPECT_TRUE(refused);
    });
    settle();
    b.close();
    c.close();
    group.wait();
  });
}

TEST(Select, AValueThatIsNotSentStays) {
  Channel<std::unique_ptr<int>> full(1), open(1);
  full.send(nullptr);
  auto value = std::make_unique<int>(1), other = std::make_unique<int>(2);
  select(on_send(full, std::move(value)), on_send(open, std::move(other)));
  EXPECT_TRUE(value);
  EXPECT_FALSE(other);
  EXPECT_EQ(**open.receive(), 2);
}

TEST(Select, TimesOut) {
  run([] {
    Channel<int> never;
    const TimePoint start = Clock::now();
    bool late = false;
    select(on_receive(never, [](int) { FAIL(); }),
           on_timeout(3ms, [&] { late = true; }));
    EXPECT_TRUE(late);
    EXPECT_GE(Clock::now() - start, 3ms);
    late = false;
    select(on_timeout(1ms, [&] { late = true; }));
    EXPECT_TRUE(late);
    late = false;
    select(on_receive(never), on_timeout(0ms, [&] { late = true; }));
    EXPECT_TRUE(late);
  });
}

TEST(Select, WaitsForShortLivedChannels) {
  run([] {
    Channel<int> never;
    bool late = false;
    select(on_receive(never, [](int) { FAIL(); }),
           on_receive(after(2ms), [&](TimePoint) { late = true; }));
    EXPECT_TRUE(late);
    select(on_receive(never, [](int) { FAIL(); }), on_receive(after(2ms)));
  });
}

TEST(Select, IsFairAmongReadyCases) {
  std::array<Channel<int>, 3> channels{Channel<int>(1), Channel<int>(1),
                                       Channel<int>(1)};
  std::array<int, 3> chosen{};
  channels[0].send(0);
  channels[2].send(0);
  for (int round = 0; round < 4000; ++round) {
    const std::size_t which =
        select(on_receive(channels[0]), on_receive(channels[1]),
               on_receive(channels[2]));
    ++chosen[which];
    channels[which].send(0);
  }
  EXPECT_EQ(chosen[1], 0);
  // Far beyond chance: the deviation expected is 32.
  EXPECT_NEAR(chosen[0], 2000, 300);
}

TEST(Select, SameChannelTwice) {
  run([] {
    Channel<int> channel;
    WaitGroup group;
    std::atomic<int> got = 0, sent = 0;
    for (int task = 0; task < 8; ++task)
      group.spawn([&] {
        for (int i = 0; i < 100; ++i)
          select(on_receive(channel, [&](int) { ++got; }),
                 on_send(channel, i, [&] { ++sent; }));
      });
    group.spawn([&] {
      // An odd number of tasks may be left without a partner.
      while (got + sent < 800)
        select(on_receive(channel, [&](int) { ++got, --got; }),
               on_timeout(1ms, [] {}));
    });
    group.wait();
    EXPECT_EQ(got + sent, 800);
  });
}

TEST(Select, ExceptionsOfCallbacksPassThrough) {
  Channel<int> channel(1);
  channel.send(1);
  EXPECT_THROW(
      select(on_receive(channel, [](int) { throw std::runtime_error("x"); })),
      std::runtime_error);
  EXPECT_EQ(channel.size(), 0u);
}

struct MayThrow {
  int value;
  explicit MayThrow(int value) : value(value) {}
  MayThrow(MayThrow &&other) noexcept(false) : value(other.value) {}
};

TEST(Select, CarriesTypesWhoseMovesMayThrow) {
  run([] {
    Channel<MayThrow> channel;
    WaitGroup group;
    group.spawn([&] { select(on_send(channel, MayThrow(3))); });
    int got = 0;
    select(on_receive(channel, [&](MayThrow value) { got = value.value; }));
    EXPECT_EQ(got, 3);
    group.wait();
  });
}

TEST(Select, ServesPlainThreads) {
  Channel<int> a, b;
  std::thread left([&] {
    for (int i = 0; i < 300; ++i)
      a.send(1);
  });
  std::thread right([&] {
    for (int i = 0; i < 300; ++i)
      b.send(1);
  });
  int sum = 0;
  while (sum < 600)
    select(on_receive(a, [&](int value) { sum += value; }),
           on_receive(b, [&](int value) { sum += value; }));
  left.join();
  right.join();
}

TEST(Select, ConservesValues) {
  run(
      [] {
        constexpr int rounds = 2000;
        std::array<Channel<int>, 3> channels{Channel<int>(0), Channel<int>(1),
                                             Channel<int>(4)};
        std::atomic<long> sent = 0, got = 0;
        WaitGroup senders, receivers;
        for (int task = 0; task < 3; ++task)
          senders.spawn([&, task] {
            for (int i = 1; i <= rounds; ++i)
              select(on_send(channels[0], i, [&] { sent += i; }),
                     on_send(channels[(task + 1) % 3], i, [&] { sent += i; }),
                     on_send(channels[2], i, [&] { sent += i; }),
                     on_timeout(20us, [] {}));
          });
        for (int task = 0; task < 3; ++task)
          receivers.spawn([&] {
            int open = 3;
            std::array<bool, 3> ended{};
            const auto take = [&](int from) {
              return [&, from](std::optional<int> value) {
                if (value)
                  got += *value;
                else if (!std::exchange(ended[from], true))
                  --open;
              };
            };
            while (open > 0)
              select(on_receive(channels[2], take(2)),
                     on_receive(channels[1], take(1)),
                     on_receive(channels[0], take(0)));
          });
        senders.wait();
        for (auto &channel : channels)
          channel.close();
        receivers.wait();
        EXPECT_EQ(sent, got);
        EXPECT_GT(got, 0);
      },
      {.procs = 3});
}

} // namespace
} // namespace heddle
