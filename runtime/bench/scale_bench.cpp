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

void grow(benchmark::internal::Benchmark *bench) {
  bench->ArgNames({"T", "N"})
      ->MinTime(0.2)
      ->MeasureProcessCPUTime()
      ->UseRealTime();
  for (int count = 1; count <= 1'000'000; count *= 10)
    bench->Args({1, count});
}

void scale_spawn(benchmark::State &state) {
  run_on(state, [&] {
    for (auto _ : state) {
      WaitGroup group;
      for (int i = 0; i < state.range(1); ++i)
        group.spawn([] {});
      group.wait();
    }
    state.SetItemsProcessed(state.iterations() * state.range(1));
  });
}
BENCHMARK(scale_spawn)->Apply(grow);

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
