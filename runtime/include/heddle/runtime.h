#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/task.h"
#include "heddle/time.h"

#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle {

/// How many processors this process may use now: the smallest of its affinity
/// and of the CPU quotas of its cgroup and all ancestors (versions 1 and 2),
/// rounded down, at least 1.
[[nodiscard]] unsigned available_procs() noexcept HEDDLE_COUNTS_PROCESSORS;

/// How many tasks the running runtime runs at once.
[[nodiscard]] unsigned procs() noexcept HEDDLE_COUNTS_PROCESSORS;

/// Changes that number, to between 1 and 256, while tasks run; returns the
/// former.
///
/// From then on it no longer follows a CPU quota that changes.
unsigned set_procs(unsigned n);

/// What a runtime is started with. The defaults suit a server.
struct Options {
  /// Tasks that run at once; 0: available_procs(), following its changes.
  unsigned procs = 0;
  /// OS threads, most of which wait in blocking() or foreign() sections. When
  /// they are used up, a processor stays with the thread that blocks.
  unsigned max_threads = 10'000;
  /// Address space for the stack of a task; only pages that are touched cost.
  std::size_t stack_size = 256 * 1024;
  /// Bytes that the process should stay below; 0: no limit. See
  /// set_memory_limit().
  std::size_t memory_limit = 0;
  /// Retired memory is collected when it has grown by this share of what the
  /// last collection left.
  int collect_percent = 100;
  /// Whether the program ends, with status 2 and a report on standard error,
  /// when all tasks wait and nothing can wake them.
  bool report_deadlock = true;
  /// Whether SIGQUIT prints all tasks to standard error, after which the
  /// program goes on. Not where the program has a handler of its own.
  bool dump_on_sigquit = true;
  /// How long a runtime that stops waits for tasks that compute or block.
  Duration exit_grace = std::chrono::seconds(2);

  /// The defaults, cut to what the cgroup grants: as many processors as its CPU
  /// quota, nine tenths of its memory (or of the machine's, if it has no
  /// limit), and half of the threads that it may yet start.
  [[nodiscard]] static Options for_container() HEDDLE_LIMITS_MEMORY;
};

namespace detail {

/// Starts the runtime, runs `call(arg)` as its first task, and stops it.
void run_main(void (*call)(void *), void *arg, const Options &options,
              const std::source_location &site);

void start_runtime(const Options &options);
/// Runs `call(arg)` as a task of the runtime; returns when it has.
void block_on(void (*call)(void *), void *arg,
              const std::source_location &site) HEDDLE_BLOCKS;
void stop_runtime();
void end_runtime() noexcept;

template <class F, class Runner>
std::invoke_result_t<F &> carry_result(F &f, Runner &&run_it) {
  using Result = std::invoke_result_t<F &>;
  std::exception_ptr error;
  if constexpr (std::is_void_v<Result>) {
    run_it([&] {
      try {
        std::invoke(f);
      } catch (...) {
        error = std::current_exception();
      }
    });
    if (error)
      std::rethrow_exception(std::move(error));
  } else {
    using Held = std::conditional_t<std::is_reference_v<Result>,
                                    std::add_pointer_t<Result>,
                                    std::optional<std::remove_cv_t<Result>>>;
    Held held{};
    run_it([&] {
      try {
        if constexpr (std::is_reference_v<Result>)
          held = std::addressof(std::invoke(f));
        else
          held.emplace(std::invoke(f));
      } catch (...) {
        error = std::current_exception();
      }
    });
    if (error)
      std::rethrow_exception(std::move(error));
    return static_cast<Result>(*std::move(held));
  }
}

} // namespace detail

/// Starts a runtime, runs `f()` as its first task on an 8 MiB stack, and
/// returns its result or throws its exception.
///
/// Tasks that are left when `f` returns do not keep the program alive. Those
/// that are runnable by then, or running, go on to their next wait, yield,
/// checkpoint or end, and run() returns after that; from then on they, and
/// those that waited already, are as if parked forever: no destructor of theirs
/// runs, and what they wait on may still be used and destroyed. A task that
/// computes or blocks beyond Options::exit_grace is left running on its thread.
/// Join what must finish.
///
/// The calling thread sleeps meanwhile.
/// Requires: no other runtime runs in the process, and the caller is no task
/// (std::logic_error). It may be called again after it returned.
/// Errors: std::system_error if no thread could be started.
template <class F>
std::invoke_result_t<F &>
run(F &&f, const Options &options = {},
    std::source_location site = std::source_location::current())
    HEDDLE_STARTS_RUNTIME {
  return detail::carry_result(f, [&](auto &&body) {
    using Body = std::remove_reference_t<decltype(body)>;
    detail::run_main([](void *b) { (*static_cast<Body *>(b))(); }, &body,
                     options, site);
  });
}

/// A runtime for a program with a main loop of its own, or for a library.
///
///   Runtime runtime(Options::for_container());
///   runtime.start();
///   …
///   Answer answer = runtime.block_on([&] { return ask(question); });
///
/// While it is started any thread may spawn tasks, send to and receive from
/// channels, lock and wait; a thread that is none of the runtime's waits
/// blocked. See docs/runtime/embedding.md.
///
/// Example: test/runtime/embedding_test.cpp, "Example".
class Runtime {
public:
  explicit Runtime(const Options &options = {}) : options_(options) {}
  Runtime(const Runtime &) = delete;
  Runtime &operator=(const Runtime &) = delete;
  /// Stops it, if it is started. Requires: as stop() (else the program ends).
  ~Runtime() {
    if (started_)
      detail::end_runtime();
  }

  /// Starts its threads. May be called again after stop().
  /// Requires: no runtime runs in the process, and the caller is no task
  /// (std::logic_error).
  /// Errors: std::system_error if no thread could be started; nothing is left
  /// behind then.
  void start() {
    detail::start_runtime(options_);
    started_ = true;
  }

  /// Runs `f()` as a task on an 8 MiB stack while the calling thread waits;
  /// returns its result or throws its exception. Any number of threads may.
  /// Requires: it is started, and the caller is no task (std::logic_error).
  template <class F>
  std::invoke_result_t<F &>
  block_on(F &&f, std::source_location site = std::source_location::current())
      HEDDLE_STARTS_RUNTIME HEDDLE_BLOCKS {
    return detail::carry_result(f, [&](auto &&body) {
      using Body = std::remove_reference_t<decltype(body)>;
      detail::block_on([](void *b) { (*static_cast<Body *>(b))(); }, &body,
                       site);
    });
  }

  /// Ends it: what becomes of the tasks that are left, see run(). Without
  /// effect if it is not started.
  /// Requires: the caller is no task, and no thread is in block_on()
  /// (std::logic_error).
  void stop() HEDDLE_SHUTS_DOWN {
    if (started_)
      detail::stop_runtime();
    started_ = false;
  }

private:
  const Options options_;
  bool started_ = false;
};

} // namespace heddle
