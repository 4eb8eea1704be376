// The benchmarks of runtime/bench on Boost.Fiber. What it lacks is not here:
// select, and timers as objects.
#include "work.h"

#include <benchmark/benchmark.h>
#include <boost/fiber/all.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace heddle::bench {
namespace {

namespace fibers = boost::fibers;

/// A second thread that steals fibers from the first.
class Helper {
public:
  Helper() : thread_([this] { serve(); }) {
    fibers::use_scheduling_algorithm<fibers::algo::work_stealing>(2, sleeps);
  }

  ~Helper() {
    {
      std::lock_guard lock(mutex_);
      done_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

private:
  // An idle thread that spins instead takes the queues' locks from the busy one
  // and makes most benchmarks several times slower.
  static constexpr bool sleeps = true;

  void serve() {
    fibers::use_scheduling_algorithm<fibers::algo::work_stealing>(2, sleeps);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_; });
  }

  fibers::mutex mutex_;
  fibers::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;
};

std::optional<Helper> helper;

// Reused stacks are the faster ones, except in masses. And the pool is not for
// several threads: a stolen fiber would give its stack back on another one.
enum class Stacks { pooled, plain };

/// Fibers on as many threads as the benchmark asks for.
class Team {
public:
  explicit Team(const benchmark::State &state, Stacks stacks = Stacks::pooled)
      : pooled_(stacks == Stacks::pooled && state.range(0) == 1) {
    if (state.range(0) > 1 && !helper)
      helper.emplace();
  }

  template <class F> fibers::fiber spawn(F function) {
    if (pooled_)
      return fibers::fiber(std::allocator_arg, stacks_, std::move(function));
    return fibers::fiber(std::move(function));
  }

private:
  bool pooled_;
  fibers::pooled_fixedsize_stack stacks_;
};

void spawn_in_batches(benchmark::State &state, int count, Stacks stacks) {
  Team team(state, stacks);
  std::vector<int> slots(count);
  std::vector<fibers::fiber> spawned(count);
  for (auto _ : state) {
    for (int i = 0; i < count; ++i)
      spawned[i] = team.spawn([&slots, i] { slots[i] = i; });
    for (fibers::fiber &fiber : spawned)
      fiber.join();
  }
  state.SetItemsProcessed(state.iterations() * count);
}

void spawn_join(benchmark::State &state) {
  spawn_in_batches(state, batch, Stacks::pooled);
}
BENCHMARK(spawn_join)->Apply(on<1, 2>);

void spawn_burst(benchmark::State &state) {
  spawn_in_batches(state, burst, Stacks::plain);
}
BENCHMARK(spawn_burst)->Apply(once);

void spawn_wait(benchmark::State &state) {
  Team team(state);
  int result = 0;
  for (auto _ : state)
    team.spawn([&] { ++result; }).join();
  benchmark::DoNotOptimize(result);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(spawn_wait)->Apply(on<1>);

template <class F, class G> void both(Team &team, F first, G second) {
  fibers::fiber one = team.spawn(std::move(first));
  fibers::fiber other = team.spawn(std::move(second));
  one.join();
  other.join();
}

void channel_round_trip(benchmark::State &state) {
  Team team(state);
  for (auto _ : state) {
    fibers::unbuffered_channel<int> there, back;
    both(
        team,
        [&] {
          for (int i = 0; i < rounds; ++i) {
            there.push(i);
            back.value_pop();
          }
          there.close();
        },
        [&] {
          for (int value : there)
            back.push(value);
        });
  }
  state.SetItemsProcessed(state.iterations() * rounds);
}
BENCHMARK(channel_round_trip)->Apply(on<1, 2>);

void channel_buffered_between(benchmark::State &state, int pairs) {
  Team team(state);
  for (auto _ : state) {
    fibers::buffered_channel<int> channel(1024);
    std::vector<fibers::fiber> producers, consumers;
    for (int p = 0; p < pairs; ++p) {
      producers.push_back(team.spawn([&] {
        for (int i = 0; i < items / pairs; ++i)
          channel.push(i);
      }));
      consumers.push_back(team.spawn([&] {
        for (int value : channel)
          benchmark::DoNotOptimize(value);
      }));
    }
    for (fibers::fiber &producer : producers)
      producer.join();
    channel.close();
    for (fibers::fiber &consumer : consumers)
      consumer.join();
  }
  state.SetItemsProcessed(state.iterations() * items);
}

void channel_buffered(benchmark::State &state) {
  channel_buffered_between(state, 1);
}
BENCHMARK(channel_buffered)->Apply(on<1, 2>);

void channel_buffered_4_to_4(benchmark::State &state) {
  channel_buffered_between(state, 4);
}
BENCHMARK(channel_buffered_4_to_4)->Apply(on<2>);

void mutex_free(benchmark::State &state) {
  Team team(state);
  fibers::mutex mutex;
  int count = 0;
  for (auto _ : state) {
    std::lock_guard lock(mutex);
    benchmark::DoNotOptimize(++count);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(mutex_free)->Apply(on<1>);

void mutex_contended(benchmark::State &state) {
  Team team(state);
  for (auto _ : state) {
    fibers::mutex mutex;
    int count = 0;
    std::vector<fibers::fiber> spawned;
    for (int t = 0; t < contenders; ++t)
      spawned.push_back(team.spawn([&] {
        for (int i = 0; i < items / contenders; ++i) {
          std::lock_guard lock(mutex);
          benchmark::DoNotOptimize(++count);
        }
      }));
    for (fibers::fiber &fiber : spawned)
      fiber.join();
    if (count != items)
      throw std::logic_error("an increment was lost");
  }
  state.SetItemsProcessed(state.iterations() * items);
}
BENCHMARK(mutex_contended)->Apply(on<2>);

void yield_2(benchmark::State &state) {
  Team team(state);
  for (auto _ : state) {
    auto turns = [] {
      for (int i = 0; i < rounds; ++i)
        boost::this_fiber::yield();
    };
    both(team, turns, turns);
  }
  state.SetItemsProcessed(state.iterations() * 2 * rounds);
}
BENCHMARK(yield_2)->Apply(on<1>);

/// What one writes where a library has no semaphore.
class Semaphore {
public:
  void acquire() {
    std::unique_lock lock(mutex_);
    available_.wait(lock, [&] { return count_ > 0; });
    --count_;
  }

  void release() {
    {
      std::lock_guard lock(mutex_);
      ++count_;
    }
    available_.notify_one();
  }

private:
  fibers::mutex mutex_;
  fibers::condition_variable available_;
  int count_ = 0;
};

void semaphore_ping_pong(benchmark::State &state) {
  Team team(state);
  for (auto _ : state) {
    Semaphore ping, pong;
    both(
        team,
        [&] {
          for (int i = 0; i < rounds; ++i) {
            ping.release();
            pong.acquire();
          }
        },
        [&] {
          for (int i = 0; i < rounds; ++i) {
            ping.acquire();
            pong.release();
          }
        });
  }
  state.SetItemsProcessed(state.iterations() * rounds);
}
BENCHMARK(semaphore_ping_pong)->Apply(on<1>);

int fib(Team &team, int n) {
  if (n < 2)
    return n;
  int left = 0;
  fibers::fiber child = team.spawn([&] { left = fib(team, n - 1); });
  int right = fib(team, n - 2);
  child.join();
  return left + right;
}

void fork_join(benchmark::State &state) {
  Team team(state);
  for (auto _ : state)
    if (fib(team, fib_input) != fib_result)
      throw std::logic_error("a wrong sum");
  state.SetItemsProcessed(state.iterations() * fib_forks);
}
BENCHMARK(fork_join)->Apply(on<1, 2>);

/// What one writes where a library has no wait group.
class WaitGroup {
public:
  void add() { count_.fetch_add(1, std::memory_order_relaxed); }

  void done() {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      std::lock_guard lock(mutex_);
      zero_.notify_all();
    }
  }

private:
  std::atomic<int> count_{0};
  fibers::mutex mutex_;
  fibers::condition_variable zero_;
};

void wait_group(benchmark::State &state) {
  WaitGroup group;
  group.add();
  for (auto _ : state) {
    group.add();
    group.done();
  }
  group.done();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(wait_group)->Apply(on<1>);

void park(benchmark::State &state, int count) {
  Team team(state, Stacks::plain);
  for (auto _ : state) {
    const std::int64_t before = resident_bytes();
    fibers::mutex mutex;
    fibers::condition_variable opened;
    bool open = false;
    std::vector<fibers::fiber> spawned(count);
    for (fibers::fiber &fiber : spawned)
      fiber = team.spawn([&] {
        std::unique_lock lock(mutex);
        opened.wait(lock, [&] { return open; });
      });
    // One round of the queue parks them all.
    boost::this_fiber::yield();
    state.counters["bytes"] = double(resident_bytes() - before) / count;
    {
      std::lock_guard lock(mutex);
      open = true;
    }
    opened.notify_all();
    for (fibers::fiber &fiber : spawned)
      fiber.join();
  }
  state.SetItemsProcessed(state.iterations() * count);
}

void parked(benchmark::State &state) { park(state, parked_tasks); }
BENCHMARK(parked)->Apply(once);

void parked_million(benchmark::State &state) { park(state, parked_masses); }
BENCHMARK(parked_million)->Apply(once);

} // namespace
} // namespace heddle::bench

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  // While this thread still has its scheduler.
  heddle::bench::helper.reset();
}
