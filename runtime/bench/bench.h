/// Benchmarks that run as the first task of a runtime.
#pragma once

#include "work.h"

#include "heddle/heddle.h"

#include <benchmark/benchmark.h>

namespace heddle::bench {

/// Runs `body` on as many processors as the benchmark asks for.
template <class F> void run_on(const benchmark::State &state, F body) {
  Options options;
  options.procs = static_cast<unsigned>(state.range(0));
  run(body, options);
}

/// Runs both as tasks and returns when both are done.
template <class F, class G> void both(F first, G second) {
  WaitGroup group;
  group.spawn(std::move(first));
  group.spawn(std::move(second));
  group.wait();
}

} // namespace heddle::bench
