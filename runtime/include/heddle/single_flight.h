#pragma once

#include "heddle/annotations.h"
#include "heddle/channel.h"
#include "heddle/context.h"
#include "heddle/detail/mutex_guard.h"
#include "heddle/mutex.h"
#include "heddle/select.h"

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace heddle {

/// One computation for all who want the same at the same time: while a caller
/// computes the value of a key, others who come for it wait and share its
/// result.
///
///   SingleFlight<std::string, Profile> loads;
///   Profile profile = loads.run(user, [&] { return database.load(user); });
///
/// It keeps nothing: who comes after the computation begins another. Put what
/// should stay into a map within the function.
///
/// Requires: a computation does not ask for its own key (it would wait for
/// itself forever).
/// Ordering: the computation happens before every return that has its result.
/// Cancellation: a caller with a Context stops waiting when that ends; the
/// computation, which belongs to the first caller, goes on for the others. It
/// ends early only if its function does.
/// Errors: what the function throws is thrown to all who share it.
/// Lifetime: destroyed when nobody is in run().
///
/// Example: test/runtime/single_flight_test.cpp,
/// "SingleFlight.ComputesOnceForAllWhoWait".
template <class K, std::copy_constructible V, class Hash = std::hash<K>,
          class Equal = std::equal_to<K>>
class SingleFlight {
public:
  SingleFlight() = default;
  SingleFlight(const SingleFlight &) = delete;
  SingleFlight &operator=(const SingleFlight &) = delete;

  /// The result of `f()` for `key`: called here, or by who was first.
  template <std::invocable F>
  V run(const K &key, F &&f) HEDDLE_SUSPENDS HEDDLE_CALLS_ARGUMENT {
    auto [flight, first] = join(key);
    if (first)
      compute(key, *flight, f);
    else
      flight->over.receive();
    return flight->result();
  }

  /// The same; does not wait for others beyond the end of `context`.
  /// Errors: std::system_error with the context's error() in that case.
  template <std::invocable F>
  V run(const Context &context, const K &key,
        F &&f) HEDDLE_SUSPENDS HEDDLE_CALLS_ARGUMENT {
    auto [flight, first] = join(key);
    if (first) {
      compute(key, *flight, f);
    } else {
      bool over = false;
      select(on_receive(flight->over, [&] { over = true; }),
             on_receive(context.done()));
      if (!over)
        throw std::system_error(context.error(),
                                "waiting for another's result");
    }
    return flight->result();
  }

  /// Lets the next caller for `key` begin anew, whatever goes on now: those who
  /// wait still share what they wait for.
  void forget(const K &key) {
    detail::MutexGuard guard(mutex_);
    flights_.erase(key);
  }

private:
  struct Flight {
    V result() const {
      if (error)
        std::rethrow_exception(error);
      return *value;
    }

    /// Closed when there is a result.
    Channel<char> over;
    std::optional<V> value;
    std::exception_ptr error;
  };
  using FlightHandle = std::shared_ptr<Flight>;

  std::pair<FlightHandle, bool> join(const K &key) {
    detail::MutexGuard guard(mutex_);
    if (auto found = flights_.find(key); found != flights_.end())
      return {found->second, false};
    auto flight = std::make_shared<Flight>();
    flights_.emplace(key, flight);
    return {std::move(flight), true};
  }

  template <class F> void compute(const K &key, Flight &flight, F &f) {
    try {
      flight.value.emplace(std::invoke(f));
    } catch (...) {
      flight.error = std::current_exception();
    }
    {
      detail::MutexGuard guard(mutex_);
      auto mine = flights_.find(key);
      if (mine != flights_.end() && mine->second.get() == &flight)
        flights_.erase(mine);
    }
    flight.over.close();
  }

  Mutex mutex_;
  std::unordered_map<K, FlightHandle, Hash, Equal>
      flights_ HEDDLE_GUARDED_BY(mutex_);
};

} // namespace heddle
