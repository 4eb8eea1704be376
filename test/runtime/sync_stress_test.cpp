// Random mixes of all primitives, with invariants that hold whatever the order.
// HEDDLE_STRESS_SEED repeats a run, HEDDLE_STRESS_ROUNDS makes it longer.
#include "heddle/heddle.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

unsigned setting(const char *name, unsigned otherwise) {
  const char *value = std::getenv(name);
  return value ? static_cast<unsigned>(std::strtoul(value, nullptr, 0))
               : otherwise;
}

class SyncStress : public testing::Test {
protected:
  SyncStress()
      : seed_(setting("HEDDLE_STRESS_SEED", std::random_device()())),
        rounds_(setting("HEDDLE_STRESS_ROUNDS", 1)) {
    std::cout << "HEDDLE_STRESS_SEED=" << seed_ << std::endl;
  }

  /// A generator of its own for each task, the same in each run of a seed.
  std::minstd_rand random(unsigned task) const {
    return std::minstd_rand(seed_ * 2654435761u + task * 40503u + 1);
  }

  const unsigned seed_;
  const unsigned rounds_;
};

using Token = std::unique_ptr<int>;
using Pocket = std::vector<Token>;

Token pop(Pocket &pocket) {
  if (pocket.empty())
    return nullptr;
  Token token = std::move(pocket.back());
  pocket.pop_back();
  return token;
}

// Tasks and a thread pass tokens on by every way there is. In the end each
// token is in exactly one place.
TEST_F(SyncStress, TokensAreConserved) {
  constexpr int parties = 12, tokens_each = 4;
  const int steps = 1500 * static_cast<int>(rounds_);
  std::deque<Channel<Token>> channels;
  for (std::size_t capacity : {0, 0, 1, 3, 16})
    channels.emplace_back(capacity);
  std::vector<Pocket> pockets(parties);
  Pocket shelf;
  Mutex shelf_mutex;
  ConditionVariable shelf_filled;
  Semaphore slots(parties / 2);

  const auto play = [&](int party) {
    auto random = this->random(party);
    Pocket &pocket = pockets[party];
    const auto any = [&]() -> Channel<Token> & {
      return channels[random() % channels.size()];
    };
    const auto keep = [&](Token token) { pocket.push_back(std::move(token)); };
    for (int step = 0; step < steps; ++step) {
      const Duration patience = 1us * (random() % 100);
      Token token = pop(pocket);
      switch (random() % 8) {
      case 0:
        if (token)
          select(on_send(any(), std::move(token)), on_timeout(patience, [] {}));
        break;
      case 1:
        select(on_receive(any(), keep), on_timeout(patience, [] {}));
        break;
      case 2:
        if (token)
          any().try_send(std::move(token));
        break;
      case 3:
        if (std::optional<Token> got = any().try_receive())
          keep(std::move(*got));
        break;
      case 4:
        if (token) {
          Token second = pop(pocket);
          if (!second)
            second = std::make_unique<int>(-1);
          select(on_send(any(), std::move(token)),
                 on_send(any(), std::move(second)), on_receive(any(), keep),
                 on_receive(any(), keep), on_timeout(patience, [] {}));
          if (second)
            keep(std::move(second));
        }
        break;
      case 5: {
        std::unique_lock lock(shelf_mutex);
        if (token) {
          shelf.push_back(std::move(token));
          shelf_filled.notify_one();
        } else if (shelf_filled.wait_for(lock, patience,
                                         [&] { return !shelf.empty(); })) {
          token = pop(shelf);
        }
        break;
      }
      case 6:
        if (slots.try_acquire_for(patience)) {
          yield();
          slots.release();
        }
        break;
      case 7:
        select(on_receive(any(), keep), on_receive(any(), keep),
               on_receive(after(patience)));
        break;
      }
      if (token)
        keep(std::move(token));
    }
  };

  for (int party = 0; party < parties; ++party)
    for (int i = 0; i < tokens_each; ++i)
      pockets[party].push_back(std::make_unique<int>(party * tokens_each + i));
  run(
      [&] {
        std::thread outsider([&] { play(0); });
        WaitGroup group;
        for (int party = 1; party < parties; ++party)
          group.spawn([&, party] { play(party); });
        group.wait();
        blocking([&] { outsider.join(); });
      },
      {.procs = 2});

  std::vector<int> seen(parties * tokens_each);
  const auto count = [&](Pocket &pocket) {
    while (Token token = pop(pocket))
      if (*token >= 0)
        ++seen[*token];
  };
  for (Channel<Token> &channel : channels)
    while (std::optional<Token> token = channel.try_receive())
      shelf.push_back(std::move(*token));
  count(shelf);
  for (Pocket &pocket : pockets)
    count(pocket);
  EXPECT_EQ(seen, std::vector<int>(parties * tokens_each, 1));
  EXPECT_EQ(slots.available(), parties / 2u);
}

// Whatever a closing channel said it took comes out of it, once.
TEST_F(SyncStress, CloseLosesNothingThatWasSent) {
  auto random = this->random(0);
  for (unsigned round = 0; round < 60 * rounds_; ++round) {
    const std::size_t capacity = random() % 4;
    const Duration life = 1us * (random() % 400);
    run(
        [&] {
          Channel<int> channel(capacity);
          std::atomic<long> sent = 0, received = 0;
          WaitGroup senders, receivers;
          for (int task = 0; task < 3; ++task)
            senders.spawn([&, task] {
              auto random = this->random(round * 8 + task);
              for (int i = 1;; ++i) {
                bool taken = false;
                if (random() % 2)
                  taken = channel.send(i);
                else
                  select(on_send(channel, i, [&](bool sent) { taken = sent; }));
                if (!taken)
                  return;
                sent += i;
              }
            });
          for (int task = 0; task < 2; ++task)
            receivers.spawn([&, task] {
              auto random = this->random(round * 8 + 4 + task);
              for (bool open = true; open;) {
                const auto take = [&](std::optional<int> value) {
                  received += value.value_or(0);
                  open = value.has_value();
                };
                if (random() % 2)
                  take(channel.receive());
                else
                  select(on_receive(channel, take));
              }
            });
          sleep_for(life);
          channel.close();
          senders.wait();
          receivers.wait();
          ASSERT_EQ(sent, received) << "round " << round;
        },
        {.procs = 2});
  }
}

// Locks taken in every way never let two in.
TEST_F(SyncStress, MutexExcludes) {
  constexpr int parties = 10;
  const int steps = 2000 * static_cast<int>(rounds_);
  std::array<Mutex, 3> mutexes;
  std::array<int, 3> inside{}, entered{};
  std::array<std::atomic<int>, 3> expected{};
  const auto play = [&](int party) {
    auto random = this->random(party);
    const auto enter = [&](std::size_t which) {
      ASSERT_EQ(inside[which]++, 0);
      ++entered[which];
      ++expected[which];
      if (random() % 32 == 0)
        yield();
      if (random() % 512 == 0)
        sleep_for(20us);
      ASSERT_EQ(--inside[which], 0);
    };
    for (int step = 0; step < steps; ++step) {
      const std::size_t which = random() % 3;
      switch (random() % 3) {
      case 0: {
        std::lock_guard lock(mutexes[which]);
        enter(which);
        break;
      }
      case 1: {
        std::unique_lock lock(mutexes[which], std::try_to_lock);
        if (lock)
          enter(which);
        break;
      }
      case 2: {
        std::scoped_lock lock(mutexes[which], mutexes[(which + 1) % 3]);
        enter(which);
        enter((which + 1) % 3);
        break;
      }
      }
    }
  };
  run(
      [&] {
        std::thread outsider([&] { play(0); });
        WaitGroup group;
        for (int party = 1; party < parties; ++party)
          group.spawn([&, party] { play(party); });
        group.wait();
        blocking([&] { outsider.join(); });
      },
      {.procs = 2});
  for (std::size_t which = 0; which < 3; ++which)
    EXPECT_EQ(entered[which], expected[which]);
}

// Trees of contexts end as they should while tasks come, go and cancel.
TEST_F(SyncStress, ContextsEndTheirWaiters) {
  run(
      [&] {
        for (unsigned round = 0; round < 40 * rounds_; ++round) {
          auto random = this->random(round);
          std::vector<Cancellation> tree{with_cancel(background())};
          for (int node = 1; node < 12; ++node) {
            const Context parent = tree[random() % tree.size()].context;
            tree.push_back(random() % 2
                               ? with_cancel(parent)
                               : with_timeout(parent, 1us * (random() % 500)));
          }
          WaitGroup group;
          for (const Cancellation &node : tree)
            group.spawn([context = node.context] {
              Ticker ticker(50us);
              for (bool working = true; working;)
                select(on_receive(context.done(), [&] { working = false; }),
                       on_receive(ticker));
              EXPECT_TRUE(context.error());
            });
          for (int i = 0; i < 3; ++i) {
            tree[random() % tree.size()].cancel();
            sleep_for(1us * (random() % 200));
          }
          tree.front().cancel();
          group.wait();
        }
      },
      {.procs = 2});
}

} // namespace
} // namespace heddle
