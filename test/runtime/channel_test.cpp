#include "heddle/channel.h"

#include "heddle/runtime.h"
#include "heddle/spawn.h"
#include "heddle/wait_group.h"
#include "settle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

TEST(Channel, Pipeline) {
  run([] {
    Channel<int> numbers(4);
    Channel<std::string> lines;
    spawn([&] {
      for (int i = 0; i < 100; ++i)
        numbers.send(i);
      numbers.close();
    });
    spawn([&] {
      for (int number : numbers)
        lines.send(std::to_string(number));
      lines.close();
    });
    int expected = 0;
    for (const std::string &line : lines)
      EXPECT_EQ(line, std::to_string(expected++));
    EXPECT_EQ(expected, 100);
  });
}

TEST(Channel, UnbufferedSendWaitsForItsReceiver) {
  run(
      [] {
        Channel<int> channel;
        bool sent = false;
        WaitGroup group;
        group.spawn([&] {
          EXPECT_TRUE(channel.send(7));
          sent = true;
        });
        settle();
        EXPECT_FALSE(sent);
        EXPECT_EQ(channel.receive(), 7);
        group.wait();
        EXPECT_TRUE(sent);
      },
      {.procs = 1});
}

TEST(Channel, BufferTakesItsCapacity) {
  Channel<int> channel(3);
  EXPECT_EQ(channel.capacity(), 3u);
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(channel.try_send(i));
  EXPECT_FALSE(channel.try_send(3));
  EXPECT_EQ(channel.size(), 3u);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(channel.try_receive(), i);
  EXPECT_EQ(channel.try_receive(), std::nullopt);
  EXPECT_EQ(channel.size(), 0u);
}

TEST(Channel, SendersThatWaitKeepTheirOrder) {
  for (std::size_t capacity : {0, 1, 2})
    run(
        [=] {
          Channel<int> channel(capacity);
          WaitGroup group;
          for (int sender = 0; sender < 6; ++sender) {
            group.spawn([&, sender] { channel.send(sender); });
            settle();
          }
          for (int expected = 0; expected < 6; ++expected)
            EXPECT_EQ(channel.receive(), expected);
          group.wait();
        },
        {.procs = 1});
}

TEST(Channel, ReceiversThatWaitAreServedInOrder) {
  run(
      [] {
        Channel<int> channel;
        std::vector<int> got(5);
        WaitGroup group;
        for (int receiver = 0; receiver < 5; ++receiver) {
          group.spawn(
              [&, receiver] { got[receiver] = channel.receive().value(); });
          settle();
        }
        for (int i = 0; i < 5; ++i)
          channel.send(i);
        group.wait();
        EXPECT_EQ(got, (std::vector{0, 1, 2, 3, 4}));
      },
      {.procs = 1});
}

TEST(Channel, CloseLetsTheBufferDrain) {
  Channel<int> channel(2);
  channel.try_send(1);
  channel.try_send(2);
  channel.close();
  channel.close();
  EXPECT_TRUE(channel.is_closed());
  EXPECT_FALSE(channel.try_send(3));
  EXPECT_FALSE(channel.send(3));
  EXPECT_EQ(channel.receive(), 1);
  EXPECT_EQ(channel.receive(), 2);
  EXPECT_EQ(channel.receive(), std::nullopt);
  EXPECT_EQ(channel.receive(), std::nullopt);
}

TEST(Channel, CloseWakesReceivers) {
  run([] {
    Channel<int> channel;
    WaitGroup group;
    for (int task = 0; task < 4; ++task)
      group.spawn([&] { EXPECT_EQ(channel.receive(), std::nullopt); });
    settle();
    channel.close();
    group.wait();
  });
}

TEST(Channel, CloseRefusesSendersThatWait) {
  for (std::size_t capacity : {0, 1})
    run([=] {
      auto value = std::make_shared<int>(1);
      Channel<std::shared_ptr<int>> channel(capacity);
      WaitGroup group;
      if (capacity)
        channel.send(value);
      for (int task = 0; task < 4; ++task)
        group.spawn([&] { EXPECT_FALSE(channel.send(value)); });
      settle();
      channel.close();
      group.wait();
      EXPECT_EQ(value.use_count(), 1 + static_cast<long>(capacity));
    });
}

TEST(Channel, ARefusedValueStaysWithItsSender) {
  Channel<std::unique_ptr<int>> full(1), closed(1);
  auto value = std::make_unique<int>(1);
  full.send(std::make_unique<int>(0));
  EXPECT_FALSE(full.try_send(std::move(value)));
  closed.close();
  EXPECT_FALSE(closed.send(std::move(value)));
  ASSERT_TRUE(value);
  full.receive();
  EXPECT_TRUE(full.try_send(std::move(value)));
  EXPECT_FALSE(value);
}

TEST(Channel, CarriesMoveOnlyTypes) {
  run([] {
    Channel<std::unique_ptr<int>> channel;
    spawn([&] {
      for (int i = 0; i < 3; ++i)
        channel.send(std::make_unique<int>(i));
      channel.close();
    });
    int expected = 0;
    for (std::unique_ptr<int> value : channel)
      EXPECT_EQ(*value, expected++);
    EXPECT_EQ(expected, 3);
  });
}

TEST(Channel, CarriesOptionalsAndBools) {
  Channel<std::optional<int>> optionals(2);
  optionals.send(std::nullopt);
  optionals.send(4);
  std::optional<std::optional<int>> first = optionals.receive();
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(first->has_value());
  EXPECT_EQ(**optionals.receive(), 4);

  Channel<bool> bools(1);
  bools.send(false);
  EXPECT_EQ(bools.receive(), false);
}

// Throws from the moves of its value while `armed`, and counts its values.
struct Fragile {
  explicit Fragile(int value) : value(value) { ++alive; }
  Fragile(Fragile &&other) noexcept(false) : value(other.value) {
    if (armed && --armed == 0)
      throw std::runtime_error("move");
    ++alive;
  }
  ~Fragile() { --alive; }

  int value;
  static inline int armed = 0;
  static inline std::atomic<int> alive = 0;
};

TEST(Channel, AThrowingMoveInSendLeavesTheChannelAsItWas) {
  Channel<Fragile> channel(2);
  channel.send(Fragile(1));
  {
    Fragile value(2);
    Fragile::armed = 1;
    EXPECT_THROW(channel.send(std::move(value)), std::runtime_error);
  }
  EXPECT_EQ(channel.size(), 1u);
  EXPECT_EQ(channel.receive()->value, 1);
  EXPECT_EQ(Fragile::alive, 0);
}

TEST(Channel, AThrowingMoveInReceiveLosesThatValueOnly) {
  {
    Channel<Fragile> channel(2);
    channel.send(Fragile(1));
    channel.send(Fragile(2));
    Fragile::armed = 1;
    EXPECT_THROW(channel.receive(), std::runtime_error);
    EXPECT_EQ(channel.receive()->value, 2);
  }
  EXPECT_EQ(Fragile::alive, 0);
}

TEST(Channel, HandsThrowingTypesToWaitingTasks) {
  run([] {
    Channel<Fragile> channel;
    WaitGroup group;
    group.spawn([&] { EXPECT_EQ(channel.receive()->value, 5); });
    settle();
    channel.send(Fragile(5));
    group.wait();
  });
  EXPECT_EQ(Fragile::alive, 0);
}

TEST(Channel, DestroysWhatNobodyReceived) {
  auto value = std::make_shared<int>();
  {
    Channel<std::shared_ptr<int>> one(1), many(8);
    one.send(value);
    for (int i = 0; i < 5; ++i)
      many.send(value);
    many.receive();
    EXPECT_EQ(value.use_count(), 6);
  }
  EXPECT_EQ(value.use_count(), 1);
}

TEST(Channel, ReceiverOfTheLastValueMayDestroyIt) {
  run(
      [] {
        for (int round = 0; round < 500; ++round) {
          auto *channel = new Channel<int>(round % 2);
          WaitGroup group;
          group.spawn([=] { channel->send(1); });
          channel->receive();
          delete channel;
          group.wait();
        }
      },
      {.procs = 2});
}

TEST(Channel, SharedHandle) {
  run([] {
    auto results = make_channel<int>(1);
    spawn([results] { results->send(3); });
    EXPECT_EQ(results->receive(), 3);
  });
}

TEST(Channel, ConnectsThreadsWithoutARuntime) {
  for (std::size_t capacity : {0, 3}) {
    Channel<int> channel(capacity);
    std::thread producer([&] {
      for (int i = 0; i < 500; ++i)
        channel.send(i);
      channel.close();
    });
    int expected = 0;
    for (int value : channel)
      EXPECT_EQ(value, expected++);
    EXPECT_EQ(expected, 500);
    producer.join();
  }
}

TEST(Channel, ConnectsThreadsAndTasks) {
  Channel<int> requests, replies(2);
  std::thread client([&] {
    for (int i = 0; i < 300; ++i) {
      requests.send(i);
      EXPECT_EQ(replies.receive(), 2 * i);
    }
    requests.close();
  });
  run([&] {
    for (int request : requests)
      replies.send(2 * request);
  });
  client.join();
}

TEST(Channel, ManyToMany) {
  for (std::size_t capacity : {0, 1, 7})
    run(
        [=] {
          constexpr int producers = 4, consumers = 3, each = 1500;
          Channel<int> channel(capacity);
          std::vector<std::atomic<int>> seen(producers * each);
          std::atomic<bool> in_order = true;
          WaitGroup sending, receiving;
          for (int p = 0; p < producers; ++p)
            sending.spawn([&, p] {
              for (int i = 0; i < each; ++i)
                channel.send(p * each + i);
            });
          for (int c = 0; c < consumers; ++c)
            receiving.spawn([&] {
              std::vector<int> last(producers, -1);
              for (int value : channel) {
                ++seen[value];
                if (std::exchange(last[value / each], value) >= value)
                  in_order = false;
              }
            });
          sending.wait();
          channel.close();
          receiving.wait();
          for (const auto &count : seen)
            ASSERT_EQ(count, 1);
          EXPECT_TRUE(in_order);
        },
        {.procs = 3});
}

} // namespace
} // namespace heddle
