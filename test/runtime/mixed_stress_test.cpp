// Random mixes of everything at once, with invariants that hold whatever the
// order: nothing lost, nothing twice, in order where that is promised, and
// nobody left asleep.
//
// HEDDLE_STRESS_SECONDS makes it longer. HEDDLE_STRESS_SEED repeats a round;
// those with an even seed run one step at a time, the same each time.
#include "heddle/heddle.h"
#include "heddle/testing.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle {
namespace {

using namespace std::chrono_literals;

using Token = std::unique_ptr<int>;

constexpr int parties = 10;
constexpr int tokens_each = 3;
constexpr int steps = 60;

/// What all parties share.
struct World {
  std::array<Channel<Token>, 4> channels{Channel<Token>(0), Channel<Token>(0),
                                         Channel<Token>(1), Channel<Token>(5)};
  Mutex mutex;
  std::vector<Token> shelf; // guarded by mutex
  ConditionVariable filled;

  SharedMutex shared;
  int left = 0, right = 0; // guarded by shared: equal but while it is written

  Semaphore slots{3};
  std::atomic<int> in_slots = 0;

  Event bell;
  std::atomic<int> rings = 0;
  Once once;
  std::atomic<int> onces = 0;

  WorkerPool<Token, Token> pool{2, 1, [](Token token) {
                                  if (*token % 3 == 0)
                                    yield();
                                  return token;
                                }};
  Channel<std::pair<int, int>> ordered{2};
};

class Party {
public:
  Party(World &world, std::uint64_t seed, int number)
      : world_(world), random_(static_cast<std::uint32_t>(seed * 2654435761u +
                                                          number * 40503u + 1)),
        number_(number) {
    for (int i = 0; i < tokens_each; ++i)
      pocket_.push_back(std::make_unique<int>(number * tokens_each + i));
  }

  void play() {
    const auto keep = [&](Token token) { pocket_.push_back(std::move(token)); };
    for (int step = 0; step < steps; ++step) {
      checkpoint();
      switch (below(14)) {
      case 0:
        return_or_keep([&](Token &token) {
          select(on_send(any(), std::move(token)), on_timeout(moment(), [] {}));
        });
        break;
      case 1:
        select(on_receive(any(), keep), on_receive(any(), keep),
               on_timeout(moment(), [] {}));
        break;
      case 2:
        return_or_keep([&](Token &token) { any().try_send(std::move(token)); });
        if (std::optional<Token> got = any().try_receive())
          pocket_.push_back(std::move(*got));
        break;
      case 3: {
        ScopedContext context = with_timeout(background(), moment());
        return_or_keep(
            [&](Token &token) { (void)any().send(context, std::move(token)); });
        if (std::optional<Token> got = any().receive(context))
          pocket_.push_back(std::move(*got));
        break;
      }
      case 4:
        use_shelf();
        break;
      case 5:
        use_slots();
        break;
      case 6:
        use_shared();
        break;
      case 7:
        return_or_keep([&](Token &token) {
          token = world_.pool.call(std::move(token)).get();
        });
        break;
      case 8:
        return_or_keep([&](Token &token) {
          auto passed = async([&, mine = std::move(token)]() mutable {
            checkpoint();
            return std::move(mine);
          });
          while (below(2) && !passed.wait_for(moment()))
            yield();
          token = passed.get();
        });
        break;
      case 9:
        use_group();
        break;
      case 10: {
        std::vector<int> visits(pocket_.size());
        parallel_for(std::size_t{0}, pocket_.size(), [&](std::size_t i) {
          checkpoint();
          visits[i] += *pocket_[i] >= 0;
        });
        EXPECT_EQ(visits, std::vector<int>(pocket_.size(), 1));
        break;
      }
      case 11:
        if (below(2)) {
          ++world_.rings;
          world_.bell.set();
        } else if (world_.bell.wait_for(moment())) {
          EXPECT_GT(world_.rings, 0);
          world_.bell.reset();
        }
        world_.once.call([&] {
          yield();
          ++world_.onces;
        });
        break;
      case 12: {
        Timer timer(1h);
        timer.reset(moment());
        if (below(2))
          timer.receive();
        else
          sleep_for(moment());
        break;
      }
      case 13:
        if (world_.ordered.send({number_, sent_}))
          ++sent_;
        break;
      }
    }
  }

  std::vector<Token> &pocket() { return pocket_; }
  int sent() const { return sent_; }

private:
  unsigned below(unsigned bound) { return random_() % bound; }
  Duration moment() { return 1us * below(80); }
  Channel<Token> &any() { return world_.channels[below(4)]; }

  // Gives `use` a token, which goes back if it is left.
  template <class F> void return_or_keep(F use) {
    if (pocket_.empty())
      return;
    Token token = std::move(pocket_.back());
    pocket_.pop_back();
    use(token);
    if (token)
      pocket_.push_back(std::move(token));
  }

  void use_shelf() {
    std::unique_lock lock(world_.mutex);
    if (below(2) && !pocket_.empty()) {
      world_.shelf.push_back(std::move(pocket_.back()));
      pocket_.pop_back();
      world_.filled.notify_one();
    } else if (world_.filled.wait_for(lock, moment(),
                                      [&] { return !world_.shelf.empty(); })) {
      pocket_.push_back(std::move(world_.shelf.back()));
      world_.shelf.pop_back();
    }
  }

  void use_slots() {
    bool taken = true;
    switch (below(3)) {
    case 0:
      world_.slots.acquire();
      break;
    case 1:
      taken = world_.slots.try_acquire_for(moment());
      break;
    case 2:
      taken = world_.slots.acquire(
          ScopedContext(with_timeout(background(), moment())));
      break;
    }
    if (!taken)
      return;
    EXPECT_LE(++world_.in_slots, 3);
    checkpoint();
    --world_.in_slots;
    world_.slots.release();
  }

  void use_shared() {
    if (below(3)) {
      std::shared_lock lock(world_.shared);
      const int seen = world_.left;
      checkpoint();
      EXPECT_EQ(world_.left, seen);
      EXPECT_EQ(world_.right, seen);
    } else {
      std::lock_guard lock(world_.shared);
      ++world_.left;
      yield();
      ++world_.right;
    }
  }

  // Tasks of a group have the tokens; one may fail, and none is lost by it.
  void use_group() {
    TaskGroup group;
    const bool fails = below(2);
    if (below(2))
      group.set_limit(2);
    std::atomic<int> seen = 0;
    for (Token &token : pocket_)
      group.spawn([&](const Context &context) {
        seen += *token >= 0;
        if (fails && *token % 4 == 0)
          throw std::runtime_error("token " + std::to_string(*token));
        (void)sleep_for(context, 5us);
      });
    try {
      group.wait();
      EXPECT_EQ(seen, static_cast<int>(pocket_.size()));
    } catch (const std::runtime_error &error) {
      EXPECT_TRUE(fails) << error.what();
    }
  }

  World &world_;
  std::minstd_rand random_;
  const int number_;
  std::vector<Token> pocket_;
  int sent_ = 0;
};

void play_round(std::uint64_t seed) {
  World world;
  std::deque<Party> all;
  for (int number = 0; number < parties; ++number)
    all.emplace_back(world, seed, number);
  std::array<int, parties> next{};
  WaitGroup playing, reading;
  reading.spawn([&] {
    for (auto [party, number] : world.ordered)
      EXPECT_EQ(next[party]++, number) << "of party " << party;
  });
  for (Party &party : all)
    playing.spawn([&] { party.play(); });
  playing.wait();
  world.ordered.close();
  reading.wait();

  std::vector<int> seen(parties * tokens_each);
  for (Party &party : all)
    for (Token &token : party.pocket())
      ++seen[*token];
  for (Channel<Token> &channel : world.channels)
    while (std::optional<Token> token = channel.try_receive())
      ++seen[**token];
  for (Token &token : world.shelf)
    ++seen[*token];
  EXPECT_EQ(seen, std::vector<int>(parties * tokens_each, 1));
  for (int party = 0; party < parties; ++party)
    EXPECT_EQ(next[party], all[party].sent());
  EXPECT_EQ(world.slots.available(), 3u);
  EXPECT_LE(world.onces, 1);
  EXPECT_EQ(world.left, world.right);
}

// Its own function, as the world's pool must be gone before tasks are counted.
void play_and_check(std::uint64_t seed) {
  play_round(seed);
  testing::check_leaks();
}

TEST(MixedStress, EverythingHoldsWhateverTheOrder) {
  const char *repeated = std::getenv("HEDDLE_STRESS_SEED");
  const char *seconds = std::getenv("HEDDLE_STRESS_SECONDS");
  const auto end =
      std::chrono::steady_clock::now() +
      std::chrono::seconds(seconds ? std::strtoul(seconds, nullptr, 0) : 2);
  std::uint64_t seed = repeated ? std::strtoull(repeated, nullptr, 0)
                                : std::uint64_t{std::random_device()()};
  std::cout << "HEDDLE_STRESS_SEED=" << seed << std::endl;
  do {
    if (seed % 2 == 0)
      testing::run_seeded(seed, [&] { play_and_check(seed); });
    else
      run([&] { play_and_check(seed); },
          {.procs = static_cast<unsigned>(1 + seed / 2 % 4)});
    ASSERT_FALSE(HasFailure()) << "HEDDLE_STRESS_SEED=" << seed;
    ++seed;
  } while (!repeated && std::chrono::steady_clock::now() < end);
}

} // namespace
} // namespace heddle
