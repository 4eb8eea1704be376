/// For tests of code that runs in tasks: runs that a seed repeats, and what
/// tasks are left. Independent of any test framework.
#pragma once

#include "heddle/annotations.h"
#include "heddle/runtime.h"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace heddle::testing {

/// Tasks that were spawned at one place and wait for the same.
struct LiveTasks {
  std::source_location spawned_at;
  /// "a channel, to receive", "a Mutex"; empty: they could run, or do.
  std::string waits_for;
  std::size_t count = 0;
};

/// The tasks that are alive, without the caller; most frequent first.
///
/// Complexity: walks every task there is.
///
/// Example: test/runtime/testing_test.cpp, "SaysWhereTasksWereSpawned".
[[nodiscard]] std::vector<LiveTasks> live_tasks();

/// Thrown by check_leaks(): what() has a line for each entry of tasks().
class LeakedTasks : public std::runtime_error {
public:
  explicit LeakedTasks(std::vector<LiveTasks> tasks);

  /// What was left.
  const std::vector<LiveTasks> &tasks() const noexcept { return tasks_; }

private:
  std::vector<LiveTasks> tasks_;
};

/// Throws LeakedTasks if tasks other than the caller are alive, once those that
/// can run have had the time to end. For the end of a test's first task.
///
/// Requires: called in a task. What computes for longer than ten seconds counts
/// as left.
///
/// Example: test/runtime/testing_test.cpp, "FindsATaskThatNobodyWakes".
void check_leaks() HEDDLE_SUSPENDS;

/// Returns once every other task waits, or has ended: to let those that a test
/// has spawned come to where it wants them, however busy the machine is.
///
///   spawn([&] { queue.receive(); });
///   testing::settle();
///   queue.close();  // wakes it
///
/// Who waits may be woken by a timer, by I/O or by a plain thread at any time.
/// Requires: every other task comes to wait or to its end, without the caller.
/// One in a blocking() section runs. Also from plain threads.
///
/// Example: test/runtime/testing_test.cpp, "LetsTheOthersComeToTheirWaits".
void settle() HEDDLE_SUSPENDS;

namespace detail {

/// While it lives, run() is seeded. Throws std::logic_error if a runtime runs.
class SeededRun {
public:
  explicit SeededRun(std::uint64_t seed);
  ~SeededRun();
  SeededRun(const SeededRun &) = delete;
  SeededRun &operator=(const SeededRun &) = delete;
};

/// HEDDLE_SEED of the environment, if it is set.
std::optional<std::uint64_t> seed_to_repeat();
void tell_seed(std::uint64_t seed) noexcept;

} // namespace detail

/// Runs `f()` as run() does, on one processor, and the same each time: which of
/// the tasks that could run goes on, which of a select's ready cases is taken,
/// and whether a checkpoint() yields, is drawn from `seed`.
///
/// A task goes on until it waits, yields, or a checkpoint() takes its turn: put
/// checkpoints where another could get in between. Time is virtual: it stands
/// still while a task could run, and jumps to the next deadline when none can,
/// so an hour's time-out costs nothing. heddle::Clock shows it.
///
/// What other threads do, and what the seed does not reach (addresses, the
/// system's clock and files), may still differ between runs. blocking() keeps
/// the processor. Of the options, procs does not count.
/// Requires, Errors: as run(). A deadlock ends the program as there, and names
/// the seed.
///
/// Example: test/runtime/testing_test.cpp, "RepeatsARun".
template <class F>
std::invoke_result_t<F &>
run_seeded(std::uint64_t seed, F &&f, Options options = {},
           std::source_location site = std::source_location::current())
    HEDDLE_STARTS_RUNTIME {
  detail::SeededRun seeded(seed);
  options.procs = 1;
  return run(f, options, site);
}

/// Which seeds explore() tries.
struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t count = 200;
};

/// Runs `f()` with one seed after the other, until a run fails: `f` throws,
/// which passes through, or returns false. Returns that run's seed, if `f`
/// returned false.
///
/// The seed is told on standard error. With HEDDLE_SEED set to it in the
/// environment there is that one run only.
///
///   EXPECT_EQ(explore([] { …; return sum == 3; }), std::nullopt);
///
/// Errors: what `f` throws.
///
/// Example: test/runtime/interleavings_test.cpp.
template <class F>
  requires std::same_as<std::invoke_result_t<F &>, bool>
[[nodiscard]] std::optional<std::uint64_t>
explore(F &&f, Seeds seeds = {}, const Options &options = {},
        std::source_location site = std::source_location::current())
    HEDDLE_STARTS_RUNTIME {
  if (const std::optional<std::uint64_t> seed = detail::seed_to_repeat())
    seeds = {*seed, 1};
  for (std::uint64_t i = 0; i < seeds.count; ++i) {
    const std::uint64_t seed = seeds.first + i;
    try {
      if (run_seeded(seed, f, options, site))
        continue;
    } catch (...) {
      detail::tell_seed(seed);
      throw;
    }
    detail::tell_seed(seed);
    return seed;
  }
  return std::nullopt;
}

} // namespace heddle::testing
