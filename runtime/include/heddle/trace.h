#pragma once

#include "heddle/annotations.h"

#include <atomic>
#include <concepts>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace heddle {

/// What a trace keeps.
struct TraceOptions {
  /// The newest events of each thread, at 32 bytes each; those before are lost.
  std::size_t events_per_thread = 64 * 1024;
  /// The newest entries of log() and sampled(), of each thread.
  std::size_t entries_per_thread = 4096;
};

namespace detail {

/// Whether a trace is recorded now.
extern std::atomic<bool> tracing;

void trace_log(std::string_view text);
/// True for that share of the calls.
bool sample(double share) noexcept;

} // namespace detail

/// What the tasks do, and when, as a file for a viewer: ui.perfetto.dev or
/// chrome://tracing. See docs/runtime/tracing.md.
namespace trace {

/// Begins to record; stop() writes it to the file at `path`. A TraceSession
/// does both.
///
/// Requires: no trace is being recorded (std::logic_error).
/// Errors: std::system_error if the file cannot be created.
/// Complexity: while it records, a switch between tasks takes some 50 ns more.
void start(const std::string &path, const TraceOptions &options = {})
    HEDDLE_STARTS_TRACE HEDDLE_BLOCKS HEDDLE_HANDS_OFF;

/// Ends the trace, if there is one, and writes it.
/// Errors: std::system_error if it cannot be written.
void stop() HEDDLE_STOPS_TRACE HEDDLE_BLOCKS HEDDLE_HANDS_OFF;

/// Puts an entry with `text` into the trace, at this moment of this thread.
///
/// Complexity: a load and a branch while no trace is recorded. While one is, an
/// allocation: on a busy path take sampled().
inline void log(std::string_view text) HEDDLE_TRACES {
  if (detail::tracing.load(std::memory_order_relaxed)) [[unlikely]]
    detail::trace_log(text);
}

/// The same with the text that `f()` returns: f is called only while a trace is
/// recorded.
template <std::invocable F>
  requires std::convertible_to<std::invoke_result_t<F &>, std::string_view>
void log(F &&f) HEDDLE_TRACES HEDDLE_CALLS_ARGUMENT {
  if (detail::tracing.load(std::memory_order_relaxed)) [[unlikely]]
    detail::trace_log(std::invoke(f));
}

/// As log(), for one call in 1 / `share`, chosen at random: `share` is between
/// 0 and 1.
inline void sampled(double share, std::string_view text) {
  if (detail::tracing.load(std::memory_order_relaxed)) [[unlikely]]
    if (detail::sample(share))
      detail::trace_log(text);
}

/// The same with the text that `f()` returns: f is called only for the entries
/// that are made.
template <std::invocable F>
  requires std::convertible_to<std::invoke_result_t<F &>, std::string_view>
void sampled(double share, F &&f) HEDDLE_CALLS_ARGUMENT {
  if (detail::tracing.load(std::memory_order_relaxed)) [[unlikely]]
    if (detail::sample(share))
      detail::trace_log(std::invoke(f));
}

} // namespace trace

/// A trace that is recorded for the life of the object.
///
///   TraceSession session{"service.trace.json"};
///
/// Errors: as trace::start() and stop(); the destructor tells what goes wrong
/// on standard error.
///
/// Example: test/runtime/trace_test.cpp, "Trace.TellsWhatTheTasksDid".
class [[nodiscard]] TraceSession {
public:
  /// Begins to record for the file at `path`.
  explicit TraceSession(const std::string &path,
                        const TraceOptions &options = {})
      HEDDLE_STARTS_TRACE HEDDLE_BLOCKS HEDDLE_HANDS_OFF {
    trace::start(path, options);
  }
  TraceSession(const TraceSession &) = delete;
  TraceSession &operator=(const TraceSession &) = delete;
  ~TraceSession() HEDDLE_STOPS_TRACE HEDDLE_BLOCKS HEDDLE_HANDS_OFF;

  /// Ends the trace and writes it now.
  void finish() HEDDLE_STOPS_TRACE HEDDLE_BLOCKS HEDDLE_HANDS_OFF {
    finished_ = true;
    trace::stop();
  }

private:
  bool finished_ = false;
};

} // namespace heddle
