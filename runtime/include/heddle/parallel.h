#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/task.h"

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <source_location>
#include <type_traits>
#include <utility>
#include <vector>

namespace heddle {

/// How parallel_for divides its work.
struct ParallelOptions {
  /// Items that are worth a steal by another processor; 0: found by measuring.
  std::size_t grain = 0;
  /// Items that may be under way at once; 0: as many as wait, and as there are
  /// processors for the others.
  std::size_t limit = 0;
};

namespace detail {

/// Calls `body(context, i)` for each i below `count`; see parallel_for.
void parallel_indices(std::size_t count, void (*body)(void *, std::size_t),
                      void *context, const ParallelOptions &options,
                      const std::source_location &site) HEDDLE_SUSPENDS;

template <class Body>
void parallel_indices(std::size_t count, Body &&body,
                      const ParallelOptions &options,
                      const std::source_location &site) HEDDLE_SUSPENDS {
  using Plain = std::remove_reference_t<Body>;
  parallel_indices(
      count,
      [](void *context, std::size_t i) { (*static_cast<Plain *>(context))(i); },
      const_cast<void *>(static_cast<const void *>(std::addressof(body))),
      options, site);
}

template <class I, class J>
concept Indices = std::integral<I> && std::integral<J>;

// A type that holds all from an I to a J; their common type would make -1 large
// where one is unsigned.
template <class I, class J>
using IndexOf = std::conditional_t<std::is_signed_v<I> == std::is_signed_v<J>,
                                   std::common_type_t<I, J>, long long>;

} // namespace detail

/// Calls `f(item)` for each item of `items` and returns when all calls have.
///
/// Items run at once as far as there are processors, and while some wait others
/// start: no item needs another to end first. The caller takes part. No order
/// is promised. Cheap items run in the caller alone.
///
/// Errors: the first exception is thrown to the caller when all calls that were
/// under way have returned; items not begun by then are left out.
/// Lifetime: nothing is used after the return.
///
/// Example: test/runtime/parallel_test.cpp, "CallsOncePerItem".
template <std::ranges::forward_range Range, class F>
  requires std::invocable<F &, std::ranges::range_reference_t<Range>>
void parallel_for(Range &&items, F &&f, ParallelOptions options = {},
                  std::source_location site = std::source_location::current())
    HEDDLE_CALLS_IN_LOOP HEDDLE_SUSPENDS HEDDLE_JOINS HEDDLE_BOUNDS_SPAWNS {
  auto first = std::ranges::begin(items);
  if constexpr (std::ranges::random_access_range<Range>) {
    auto count = static_cast<std::size_t>(
        std::ranges::distance(first, std::ranges::end(items)));
    detail::parallel_indices(
        count,
        [&](std::size_t i) {
          using Difference = std::ranges::range_difference_t<Range>;
          std::invoke(f, first[static_cast<Difference>(i)]);
        },
        options, site);
  } else {
    std::vector<decltype(first)> places;
    for (auto last = std::ranges::end(items); first != last; ++first)
      places.push_back(first);
    detail::parallel_indices(
        places.size(), [&](std::size_t i) { std::invoke(f, *places[i]); },
        options, site);
  }
}

/// Calls `f(i)` for each integer from `first` to before `last`, as above.
template <class I, class J, class F>
  requires detail::Indices<I, J>
void parallel_for(I first, J last, F &&f, ParallelOptions options = {},
                  std::source_location site = std::source_location::current())
    HEDDLE_CALLS_IN_LOOP HEDDLE_SUSPENDS HEDDLE_JOINS HEDDLE_BOUNDS_SPAWNS {
  using Index = detail::IndexOf<I, J>;
  if (std::cmp_greater_equal(first, last))
    return;
  auto origin = static_cast<Index>(first);
  auto count = static_cast<std::size_t>(static_cast<Index>(last) - origin);
  detail::parallel_indices(
      count,
      [&](std::size_t i) {
        std::invoke(f, static_cast<Index>(origin + static_cast<Index>(i)));
      },
      options, site);
}

/// Calls `f(*it)` for each iterator from `first` to before `last`, as above.
template <std::forward_iterator It, std::sentinel_for<It> Last, class F>
void parallel_for(It first, Last last, F &&f, ParallelOptions options = {},
                  std::source_location site = std::source_location::current())
    HEDDLE_CALLS_IN_LOOP HEDDLE_SUSPENDS HEDDLE_JOINS HEDDLE_BOUNDS_SPAWNS {
  parallel_for(std::ranges::subrange(first, last), f, options, site);
}

/// Writes `f(item)` for each item of `items` to the same place behind `out`, as
/// parallel_for does; returns the end of what was written.
/// Requires: there is room behind `out`, and writing to one place leaves the
/// others alone (a std::vector<bool> does not).
template <std::ranges::random_access_range Range,
          std::random_access_iterator Out, class F>
  requires std::indirectly_writable<
      Out, std::invoke_result_t<F &, std::ranges::range_reference_t<Range>>>
Out parallel_transform(
    Range &&items, Out out, F &&f, ParallelOptions options = {},
    std::source_location site = std::source_location::current())
    HEDDLE_CALLS_IN_LOOP HEDDLE_SUSPENDS HEDDLE_JOINS HEDDLE_BOUNDS_SPAWNS {
  auto first = std::ranges::begin(items);
  using Difference = std::ranges::range_difference_t<Range>;
  const Difference count = std::ranges::distance(items);
  detail::parallel_indices(
      static_cast<std::size_t>(count),
      [&](std::size_t i) {
        out[static_cast<std::iter_difference_t<Out>>(i)] =
            std::invoke(f, first[static_cast<Difference>(i)]);
      },
      options, site);
  return out + static_cast<std::iter_difference_t<Out>>(count);
}

/// `f(item)` for each item of `items`, in their order, made as parallel_for
/// does.
/// Errors: as parallel_for(); results that are there are destroyed.
///
/// Example: test/runtime/parallel_test.cpp, "GivesTheResultsInOrder".
template <std::ranges::forward_range Range, class F>
  requires std::invocable<F &, std::ranges::range_reference_t<Range>>
auto parallel_transform(
    Range &&items, F &&f, ParallelOptions options = {},
    std::source_location site = std::source_location::current())
    HEDDLE_CALLS_IN_LOOP HEDDLE_SUSPENDS HEDDLE_JOINS HEDDLE_BOUNDS_SPAWNS {
  using Result = std::decay_t<
      std::invoke_result_t<F &, std::ranges::range_reference_t<Range>>>;
  const auto count = static_cast<std::size_t>(std::ranges::distance(items));
  // Filled in any order, so that a Result needs no default constructor.
  std::vector<std::optional<Result>> made(count);
  if constexpr (std::ranges::random_access_range<Range>) {
    auto first = std::ranges::begin(items);
    using Difference = std::ranges::range_difference_t<Range>;
    parallel_for(
        std::size_t{0}, count,
        [&](std::size_t i) {
          made[i].emplace(std::invoke(f, first[static_cast<Difference>(i)]));
        },
        options, site);
  } else {
    std::vector<std::ranges::iterator_t<Range>> places;
    for (auto at = std::ranges::begin(items); places.size() < count; ++at)
      places.push_back(at);
    parallel_for(
        std::size_t{0}, count,
        [&](std::size_t i) { made[i].emplace(std::invoke(f, *places[i])); },
        options, site);
  }
  std::vector<Result> results;
  results.reserve(count);
  for (std::optional<Result> &result : made)
    results.push_back(*std::move(result));
  return results;
}

namespace detail {

/// A channel, its shared handle, a Ticker, and whatever else gives items one by
/// one.
template <class S>
concept ItemSource = requires(S &source) {
  static_cast<bool>(source.receive());
  *source.receive();
};
template <class S>
concept ItemSourceHandle =
    requires(S &handle) { requires ItemSource<decltype(*handle)>; };

template <class S> auto &item_source(S &source) noexcept {
  if constexpr (ItemSource<S>)
    return source;
  else
    return *source;
}

} // namespace detail

/// Calls `f(item)` for each item received from `source`, in up to `workers`
/// tasks, the caller's among them, and returns when the source has ended and
/// all calls have returned.
///
///   consume(jobs, 8, [](Job job) { … });
///
/// `source` is a Channel, its shared handle, a Ticker, or anything else with a
/// receive() like theirs. Items are taken in order, one at a time by each
/// worker; workers start as there are items and processors for them.
///
/// Requires: `workers` is positive (else nothing is received). On a plain OS
/// thread the caller is the only worker.
/// Errors: the first exception closes the source, if it has close(), so that
/// its senders are refused; it is thrown to the caller when the other workers
/// have dealt with what was in there. A source that cannot be closed is left to
/// them until it ends.
///
/// Example: test/runtime/parallel_test.cpp, "DealsWithEveryItemOnce".
template <class Source, std::integral Workers, class F>
  requires detail::ItemSource<Source> || detail::ItemSourceHandle<Source>
void consume(Source &&source, Workers workers, F &&f,
             std::source_location site = std::source_location::current())
    HEDDLE_CALLS_IN_LOOP HEDDLE_SUSPENDS HEDDLE_JOINS HEDDLE_BOUNDS_SPAWNS {
  auto &items = detail::item_source(source);
  parallel_for(
      Workers{0}, workers,
      [&](Workers) {
        try {
          while (auto item = items.receive())
            std::invoke(f, *std::move(item));
        } catch (...) {
          if constexpr (requires { items.close(); })
            items.close();
          throw;
        }
      },
      {.grain = 1}, site);
}

namespace detail {

/// The branches of one invoke_all that others may run. Lives in its frame.
class Fork {
public:
  Fork() noexcept = default;
  Fork(const Fork &) = delete;
  Fork &operator=(const Fork &) = delete;

  template <class F> void attempt(F &f) noexcept {
    try {
      std::invoke(f);
    } catch (...) {
      keep(std::current_exception());
    }
  }

  template <class F>
  void offer(F &f, const std::source_location &site =
                       std::source_location::current()) noexcept {
    Task *task;
    try {
      task = new_task(site, this);
    } catch (const std::bad_alloc &) {
      return attempt(f);
    }
    place_closure(*task, [this, &f] {
      attempt(f);
      leave();
    });
    task->result = const_cast<void *>(static_cast<const void *>(&f));
    enqueue(task);
    ++begun_;
  }

  /// Runs `f`, which was offered, unless somebody has begun it.
  template <class F> void attempt_offered(F &f) HEDDLE_SUSPENDS {
    Task *task = take_back(this);
    if (!task)
      return;
    // Another branch turns up where the caller changed processors meanwhile.
    if (task->result != static_cast<const void *>(&f))
      return run_within(task);
    discard(task);
    --begun_;
    attempt(f);
  }

  /// Waits for the branches that others have begun, then throws the first
  /// error.
  void join() HEDDLE_SUSPENDS {
    if (begun_)
      wait();
    if (error_)
      std::rethrow_exception(std::move(error_));
  }

private:
  void keep(std::exception_ptr error) noexcept;
  void leave() noexcept;
  void wait() HEDDLE_SUSPENDS;

  // Offered and not taken back; the owner's alone.
  std::int64_t begun_ = 0;
  // Each branch that leaves takes 1; the owner adds begun_ when it waits. So it
  // comes to 0 once, when the owner waits and the last branch leaves.
  std::atomic<std::int64_t> pending_{0};
  Task *waiter_ = nullptr;
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;
};

// Offers the later branches first, so that the newest offer is the next to run.
template <class F, class... Rest>
void offer_branches(Fork &fork, F &f, Rest &...rest) {
  if constexpr (sizeof...(Rest) > 0)
    offer_branches(fork, rest...);
  fork.offer(f);
}

} // namespace detail

/// Calls all of the functions and returns when all have returned. They run at
/// once where there are processors for it; the caller runs, in order, those
/// that nobody else has begun.
///
/// Errors: the first exception is thrown when all have returned.
///
/// Example: test/runtime/parallel_test.cpp, "ForksAndJoins".
template <std::invocable F, std::invocable... Rest>
void invoke_all(F &&f, Rest &&...rest)
    HEDDLE_CALLS_ARGUMENT HEDDLE_SUSPENDS HEDDLE_JOINS HEDDLE_BOUNDS_SPAWNS {
  detail::Fork fork;
  if constexpr (sizeof...(Rest) > 0) {
    if (detail::on_task()) {
      detail::offer_branches(fork, rest...);
      fork.attempt(f);
      (fork.attempt_offered(rest), ...);
    } else {
      fork.attempt(f);
      (fork.attempt(rest), ...);
    }
  } else {
    fork.attempt(f);
  }
  fork.join();
}

} // namespace heddle
