#include "bench.h"

#include <atomic>
#include <stdexcept>
#include <vector>

namespace heddle::bench {
namespace {

void spawn_in_batches(benchmark::State &state, int count) {
  run_on(state, [&] {
    std::vector<int> slots(count);
    for (auto _ : state) {
      WaitGroup group;
      for (int i = 0; i < count; ++i)
        group.spawn([&slots, i] { slots[i] = i; });
      group.wait();
    }
    state.SetItemsProcessed(state.iterations() * count);
  });
}

void spawn_join(benchmark::State &state) { spawn_in_batches(state, batch); }
BENCHMARK(spawn_join)->Apply(on<1, 2>);

void spawn_burst(benchmark::State &state) { spawn_in_batches(state, burst); }
BENCHMARK(spawn_burst)->Apply(once);

void spawn_wait(benchmark::State &state) {
  run_on(state, [&] {
    int result = 0;
    for (auto _ : state)
      async([&] { ++result; }).wait();
    benchmark::DoNotOptimize(result);
    state.SetItemsProcessed(state.iterations());
  });
}
BENCHMARK(spawn_wait)->Apply(on<1>);

void yield_2(benchmark::State &state) {
  run_on(state, [&] {
    for (auto _ : state) {
      auto turns = [] {
        for (int i = 0; i < rounds; ++i)
          yield();
      };
      both(turns, turns);
    }
    state.SetItemsProcessed(state.iterations() * 2 * rounds);
  });
}
BENCHMARK(yield_2)->Apply(on<1>);

void wait_group(benchmark::State &state) {
  run_on(state, [&] {
    WaitGroup group;
    group.add();
    for (auto _ : state) {
      group.add();
      group.done();
    }
    group.done();
    state.SetItemsProcessed(state.iterations());
  });
}
BENCHMARK(wait_group)->Apply(on<1>);

int fib(int n) {
  if (n < 2)
    return n;
  int left = 0, right = 0;
  invoke_all([&] { left = fib(n - 1); }, [&] { right = fib(n - 2); });
  return left + right;
}

void fork_join(benchmark::State &state) {
  run_on(state, [&] {
    for (auto _ : state)
      if (fib(fib_input) != fib_result)
        throw std::logic_error("a wrong sum");
    state.SetItemsProcessed(state.iterations() * fib_forks);
  });
}
BENCHMARK(fork_join)->Apply(on<1, 2>);

void park(benchmark::State &state, int count) {
  run_on(state, [&] {
    for (auto _ : state) {
      const std::int64_t before = resident_bytes();
      Channel<int> gate;
      std::atomic<int> waiting = 0;
      WaitGroup group;
      for (int i = 0; i < count; ++i)
        group.spawn([&] {
          waiting.fetch_add(1, std::memory_order_relaxed);
          gate.receive();
        });
      while (waiting.load(std::memory_order_relaxed) != count)
        yield();
      state.counters["bytes"] = double(resident_bytes() - before) / count;
      gate.close();
      group.wait();
    }
    state.SetItemsProcessed(state.iterations() * count);
  });
}

void parked(benchmark::State &state) { park(state, parked_tasks); }
BENCHMARK(parked)->Apply(once);

void parked_million(benchmark::State &state) { park(state, parked_masses); }
BENCHMARK(parked_million)->Apply(once);

void scale_parked(benchmark::State &state) {
  park(state, static_cast<int>(state.range(1)));
}
BENCHMARK(scale_parked)
    ->ArgNames({"T", "N"})
    ->RangeMultiplier(10)
    ->Ranges({{1, 1}, {100, 1'000'000}})
    ->Iterations(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

} // namespace
} // namespace heddle::bench
