// The benchmarks of runtime/bench on oneTBB, which has neither channels nor
// tasks that wait: what it lacks is not here.
#include "work.h"

#include <benchmark/benchmark.h>
#include <tbb/global_control.h>
#include <tbb/parallel_invoke.h>
#include <tbb/task_group.h>

#include <stdexcept>
#include <vector>

namespace heddle::bench {
namespace {

// The first benchmark of a process fixes its threads: run.py starts one each.
void limit_threads(const benchmark::State &state) {
  static tbb::global_control control(
      tbb::global_control::max_allowed_parallelism, state.range(0));
}

void spawn_in_batches(benchmark::State &state, int count) {
  limit_threads(state);
  std::vector<int> slots(count);
  for (auto _ : state) {
    tbb::task_group group;
    for (int i = 0; i < count; ++i)
      group.run([&slots, i] { slots[i] = i; });
    group.wait();
  }
  state.SetItemsProcessed(state.iterations() * count);
}

void spawn_join(benchmark::State &state) { spawn_in_batches(state, batch); }
BENCHMARK(spawn_join)->Apply(on<1, 2>);

void spawn_burst(benchmark::State &state) { spawn_in_batches(state, burst); }
BENCHMARK(spawn_burst)->Apply(once);

void spawn_wait(benchmark::State &state) {
  limit_threads(state);
  int result = 0;
  tbb::task_group group;
  for (auto _ : state) {
    group.run([&] { ++result; });
    group.wait();
  }
  benchmark::DoNotOptimize(result);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(spawn_wait)->Apply(on<1>);

int fib(int n) {
  if (n < 2)
    return n;
  int left = 0, right = 0;
  tbb::parallel_invoke([&] { left = fib(n - 1); }, [&] { right = fib(n - 2); });
  return left + right;
}

void fork_join(benchmark::State &state) {
  limit_threads(state);
  for (auto _ : state)
    if (fib(fib_input) != fib_result)
      throw std::logic_error("a wrong sum");
  state.SetItemsProcessed(state.iterations() * fib_forks);
}
BENCHMARK(fork_join)->Apply(on<1, 2>);

} // namespace
} // namespace heddle::bench
