// What one operation costs as the number of them at once grows: a flat line is
// the aim.
#include "bench.h"

#include <chrono>
#include <memory>
#include <random>
#include <vector>

namespace heddle::bench {
namespace {

using namespace std::chrono_literals;

template <int Threads, int First, int Last, int Factor>
void from_to(benchmark::internal::Benchmark *bench) {
  bench->ArgNames({"T", "N"})
      ->MinTime(0.2)
      ->MeasureProcessCPUTime()
      ->UseRealTime();
  for (int count = First; count <= Last; count *= Factor)
    bench->Args({Threads, count});
}
constexpr auto grow = from_to<1, 1, 1'000'000, 10>;

template <class F> void spawn_and_wait(std::int64_t count, F body) {
  WaitGroup group;
  for (std::int64_t i = 0; i < count; ++i)
    group.spawn(body);
  group.wait();
}

/// In memory that was used before: spawn_burst has the first touch.
void scale_spawn(benchmark::State &state) {
  run_on(state, [&] {
    spawn_and_wait(state.range(1), [] {});
    for (auto _ : state)
      spawn_and_wait(state.range(1), [] {});
    state.SetItemsProcessed(state.iterations() * state.range(1));
  });
}
BENCHMARK(scale_spawn)->Apply(grow);

/// Tasks of about a microsecond, spawned by one and so half of them stolen.
void scale_steal(benchmark::State &state) {
  auto work = [] {
    for (int i = 0; i < 1'000; ++i)
      benchmark::DoNotOptimize(i);
  };
  run_on(state, [&] {
    spawn_and_wait(state.range(1), work);
    for (auto _ : state)
      spawn_and_wait(state.range(1), work);
    state.SetItemsProcessed(state.iterations() * state.range(1));
  });
}
BENCHMARK(scale_steal)->Apply(from_to<2, 1, 1'000'000, 10>);

/// N senders and N receivers at one channel.
void scale_channel(benchmark::State &state) {
  constexpr int values = 64 * 1024;
  run_on(state, [&] {
    const auto pairs = state.range(1);
    for (auto _ : state) {
      Channel<int> channel(128);
      WaitGroup senders, receivers;
      for (int p = 0; p < pairs; ++p) {
        senders.spawn([&] {
          for (int i = 0; i < values / pairs; ++i)
            channel.send(i);
        });
        receivers.spawn([&] {
          for (int value : channel)
            benchmark::DoNotOptimize(value);
        });
      }
      senders.wait();
      channel.close();
      receivers.wait();
    }
    state.SetItemsProcessed(state.iterations() * values);
  });
}
BENCHMARK(scale_channel)->Apply(from_to<1, 1, 64, 2>);
BENCHMARK(scale_channel)->Apply(from_to<2, 1, 64, 2>);

constexpr int jobs = 64 * 1024;

/// Four tasks submit small jobs with `submit`, one by one.
template <class F> void submit_jobs(F submit) {
  WaitGroup submitters;
  for (int s = 0; s < 4; ++s)
    submitters.spawn([&] {
      for (int i = 0; i < jobs / 4; ++i) {
        submit(i);
        yield();
      }
    });
  submitters.wait();
}

/// A pool of N workers, and what one is advised to replace by it: N tasks that
/// receive from one channel.
void scale_pool(benchmark::State &state) {
  run_on(state, [&] {
    for (auto _ : state) {
      WorkerPool<int> pool(state.range(1), 128,
                           [](int job) { benchmark::DoNotOptimize(job); });
      submit_jobs([&](int job) { pool.submit(job); });
    }
    state.SetItemsProcessed(state.iterations() * jobs);
  });
}
BENCHMARK(scale_pool)->Apply(from_to<1, 1, 64, 8>);
BENCHMARK(scale_pool)->Apply(from_to<2, 1, 64, 8>);

void scale_pool_by_channel(benchmark::State &state) {
  run_on(state, [&] {
    for (auto _ : state) {
      Channel<int> queue(128);
      WaitGroup workers;
      for (std::int64_t worker = 0; worker < state.range(1); ++worker)
        workers.spawn([&] {
          for (int job : queue)
            benchmark::DoNotOptimize(job);
        });
      submit_jobs([&](int job) { queue.send(job); });
      queue.close();
      workers.wait();
    }
    state.SetItemsProcessed(state.iterations() * jobs);
  });
}
BENCHMARK(scale_pool_by_channel)->Apply(from_to<1, 1, 64, 8>);
BENCHMARK(scale_pool_by_channel)->Apply(from_to<2, 1, 64, 8>);

/// One reset among N timers that are pending.
void scale_timer_reset(benchmark::State &state) {
  run_on(state, [&] {
    std::minstd_rand random(1);
    std::vector<std::unique_ptr<Timer>> timers(state.range(1));
    for (std::unique_ptr<Timer> &timer : timers)
      timer = std::make_unique<Timer>(1h + random() % 100'000 * 1ms);
    for (auto _ : state)
      timers[random() % timers.size()]->reset(1h + random() % 100'000 * 1ms);
    state.SetItemsProcessed(state.iterations());
  });
}
BENCHMARK(scale_timer_reset)->Apply(grow);

/// N timers made, pending together, and stopped.
void scale_timer_made_stopped(benchmark::State &state) {
  run_on(state, [&] {
    std::minstd_rand random(1);
    std::vector<std::unique_ptr<Timer>> timers(state.range(1));
    for (auto _ : state) {
      for (std::unique_ptr<Timer> &timer : timers)
        timer = std::make_unique<Timer>(1h + random() % 100'000 * 1ms);
      for (std::unique_ptr<Timer> &timer : timers)
        timer->stop();
    }
    state.SetItemsProcessed(state.iterations() * state.range(1));
  });
}
BENCHMARK(scale_timer_made_stopped)->Apply(grow);

/// One round of yields among N tasks.
void scale_yield(benchmark::State &state) {
  constexpr int turns = 10;
  run_on(state, [&] {
    for (auto _ : state) {
      WaitGroup group;
      for (int i = 0; i < state.range(1); ++i)
        group.spawn([] {
          for (int turn = 0; turn < turns; ++turn)
            yield();
        });
      group.wait();
    }
    state.SetItemsProcessed(state.iterations() * state.range(1) * turns);
  });
}
BENCHMARK(scale_yield)->Apply(grow);

} // namespace
} // namespace heddle::bench
