#include "bench.h"

#include <mutex>
#include <stdexcept>

namespace heddle::bench {
namespace {

void mutex_free(benchmark::State &state) {
  run_on(state, [&] {
    Mutex mutex;
    int count = 0;
    for (auto _ : state) {
      std::lock_guard lock(mutex);
      benchmark::DoNotOptimize(++count);
    }
    state.SetItemsProcessed(state.iterations());
  });
}
BENCHMARK(mutex_free)->Apply(on<1>);

void mutex_contended(benchmark::State &state) {
  run_on(state, [&] {
    for (auto _ : state) {
      Mutex mutex;
      int count = 0;
      WaitGroup group;
      for (int t = 0; t < contenders; ++t)
        group.spawn([&] {
          for (int i = 0; i < items / contenders; ++i) {
            std::lock_guard lock(mutex);
            benchmark::DoNotOptimize(++count);
          }
        });
      group.wait();
      if (count != items)
        throw std::logic_error("an increment was lost");
    }
    state.SetItemsProcessed(state.iterations() * items);
  });
}
BENCHMARK(mutex_contended)->Apply(on<2>);

void semaphore_ping_pong(benchmark::State &state) {
  run_on(state, [&] {
    for (auto _ : state) {
      Semaphore ping(0), pong(0);
      both(
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
  });
}
BENCHMARK(semaphore_ping_pong)->Apply(on<1>);

} // namespace
} // namespace heddle::bench
