// What marking a call costs beyond the call.
#include "bench.h"

namespace heddle::bench {
namespace {

[[gnu::noinline]] int call(int n) {
  benchmark::DoNotOptimize(n);
  return n;
}

template <class F> void calls(benchmark::State &state, F mark) {
  run_on(state, [&] {
    int n = 0;
    for (auto _ : state)
      n += mark([&] { return call(n); });
    benchmark::DoNotOptimize(n);
    state.SetItemsProcessed(state.iterations());
  });
}

void section_blocking(benchmark::State &state) {
  calls(state, [](auto f) { return blocking(f); });
}
BENCHMARK(section_blocking)->Apply(on<1>);

void section_foreign(benchmark::State &state) {
  calls(state, [](auto f) { return foreign(f); });
}
BENCHMARK(section_foreign)->Apply(on<1>);

} // namespace
} // namespace heddle::bench
