/// What each benchmark does, the same for Heddle and for its peers: how much
/// work, on how many threads, for how long.
///
/// run.py starts a process for each benchmark, so that none inherits
/// the threads, the memory or the caches of another.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <fstream>
#include <unistd.h>

namespace heddle::bench {

inline constexpr int batch = 1'000;
inline constexpr int burst = 1'000'000;
inline constexpr int rounds = 10'000;
inline constexpr int items = 100'000;
inline constexpr int contenders = 4;
inline constexpr int fib_input = 20;
inline constexpr int fib_forks = 10'945;
inline constexpr int fib_result = 6'765;

inline constexpr int parked_tasks = 100'000;
inline constexpr int parked_masses = 1'000'000;

/// Runs on each of these numbers of threads: long enough for a median, short
/// enough for many interleaved rounds.
template <int... Threads> void on(benchmark::internal::Benchmark *bench) {
  bench->ArgName("T")->MinTime(0.2)->MeasureProcessCPUTime()->UseRealTime();
  (bench->Arg(Threads), ...);
}

/// Runs one time, on one thread: what fills the memory does not repeat itself.
inline void once(benchmark::internal::Benchmark *bench) {
  bench->ArgName("T")
      ->Arg(1)
      ->Iterations(1)
      ->MeasureProcessCPUTime()
      ->UseRealTime();
}

inline std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

} // namespace heddle::bench
