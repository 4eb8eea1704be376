#pragma once

#include "heddle/annotations.h"
#include "heddle/channel.h"
#include "heddle/detail/select_case.h"
#include "heddle/time.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle {

/// A case of select: receive from `source`, then call `f` with what came.
///
/// `source` is a channel (also one that lives only to the end of the
/// expression, as `after(d)` returns), the shared handle of one, a Timer, a
/// Ticker, or the done() of a Context. What f takes says what it gets:
///   - std::optional<T>: the value, or nothing if the channel is closed;
///   - T, or anything a T converts to: the value; a closed channel is chosen
///     without calling f;
///   - nothing: f is called for a value and for the end alike.
template <typename Source, typename F>
  requires detail::Receivable<Source>
auto on_receive(Source &&source, F f) HEDDLE_CALLS_ARGUMENT {
  using detail::channel_of;
  auto &channel = channel_of(source);
  return detail::ReceiveCase<
      typename std::remove_cvref_t<decltype(channel)>::value_type, F>(
      channel, std::move(f));
}

/// A case of select: wait for a value, or the end, of `source` and drop it.
template <typename Source>
  requires detail::Receivable<Source>
auto on_receive(Source &&source) {
  return on_receive(source, [] {});
}

/// A case of select: send `value` to `channel`, then call `f`.
///
/// A closed channel is chosen at once. If f takes a bool it is told whether the
/// value was sent; an f that takes nothing is called only when it was. An
/// rvalue is moved from only if it is sent (unless its move may throw), so the
/// case is to be written within the call of select.
template <typename Sink, typename V, typename F>
  requires detail::Sendable<Sink>
auto on_send(Sink &channel, V &&value, F f) HEDDLE_CALLS_ARGUMENT {
  auto &sink = detail::channel_of(channel);
  return detail::SendCase<
      typename std::remove_cvref_t<decltype(sink)>::value_type, V, F>(
      sink, std::forward<V>(value), std::move(f));
}

/// A case of select: send `value` to `channel`.
template <typename Sink, typename V>
  requires detail::Sendable<Sink>
auto on_send(Sink &channel, V &&value) {
  return on_send(channel, std::forward<V>(value), [] {});
}

/// A case of select: nothing else got ready within `d`. Needs no timer of its
/// own to be made or kept: right in a loop too.
template <typename F> auto on_timeout(Duration d, F f) HEDDLE_CALLS_ARGUMENT {
  return detail::TimeoutCase<F>(d, std::move(f));
}

/// A case of select: nothing else is ready now. Such a select never waits.
template <typename F> auto otherwise(F f) HEDDLE_CALLS_ARGUMENT {
  return detail::OtherwiseCase<F>(std::move(f));
}

/// Waits until one of `cases` is ready, does it, and calls its function, in the
/// calling task, with nothing locked. Returns the position of that case.
///
/// Exactly one case takes effect: no other channel gains or loses a value.
/// Fairness: among several ready cases each is as likely as the others, so none
/// in a loop is starved; on_timeout and otherwise yield to all of them.
/// Errors: an exception of the function passes through; its case took effect.
/// Complexity: linear in the number of cases; nothing is allocated.
///
/// Example: test/runtime/select_test.cpp, "WaitsForWhicheverComesFirst".
template <typename... Cases>
  requires(sizeof...(Cases) > 0 &&
           (std::is_base_of_v<detail::SelectCase, std::remove_cvref_t<Cases>> &&
            ...))
std::size_t select(Cases &&...cases) HEDDLE_SUSPENDS HEDDLE_CALLS_ARGUMENT {
  static_assert((std::remove_cvref_t<Cases>::is_timeout + ... + 0) <= 1,
                "a select has one on_timeout at most");
  static_assert((std::remove_cvref_t<Cases>::is_otherwise + ... + 0) <= 1,
                "a select has one otherwise at most");
  (cases.prepare(), ...);
  detail::SelectCase *table[] = {std::addressof(cases)...};
  detail::SelectCase *locks[sizeof...(cases)], *turns[sizeof...(cases)];
  const std::size_t chosen =
      detail::choose(table, sizeof...(cases), locks, turns);
  std::size_t position = 0;
  (void)((position++ == chosen && (cases.finish(), true)) || ...);
  return chosen;
}

} // namespace heddle
