#include "bench.h"

#include <chrono>

namespace heddle::bench {
namespace {

using namespace std::chrono_literals;

void timer_made_stopped(benchmark::State &state) {
  run_on(state, [&] {
    for (auto _ : state) {
      Timer timer(1h);
      timer.stop();
    }
    state.SetItemsProcessed(state.iterations());
  });
}
BENCHMARK(timer_made_stopped)->Apply(on<1>);

void timer_reset(benchmark::State &state) {
  run_on(state, [&] {
    Timer timer(1h);
    for (auto _ : state)
      timer.reset(1h);
    state.SetItemsProcessed(state.iterations());
  });
}
BENCHMARK(timer_reset)->Apply(on<1>);

} // namespace
} // namespace heddle::bench
