#pragma once

#include "heddle/annotations.h"
#include "heddle/channel.h"
#include "heddle/context.h"

#include <initializer_list>
#include <memory>
#include <utility>

/// Signals of the system, as something that tasks wait for.
///
/// While somebody asks for a signal, and a runtime runs, it has not its default
/// effect. Nothing runs in a signal handler but the note that it came. A
/// program that waits for a signal is in no deadlock.
namespace heddle::signals {

namespace detail {
struct Registration;
}

/// Ends what notify() began, at the latest when it goes.
class [[nodiscard]] Subscription {
public:
  Subscription() noexcept = default;
  Subscription(Subscription &&) noexcept = default;
  Subscription &operator=(Subscription &&other) noexcept {
    stop();
    registration_ = std::move(other.registration_);
    return *this;
  }
  ~Subscription() { stop(); }

  /// No more signals are sent, but for one that is on its way; those that
  /// nobody asks for any more have the effect again that they had before.
  void stop() noexcept HEDDLE_SHUTS_DOWN;

private:
  friend Subscription notify(std::shared_ptr<Channel<int>> channel,
                             std::initializer_list<int> numbers);
  explicit Subscription(std::shared_ptr<detail::Registration> registration)
      : registration_(std::move(registration)) {}

  std::shared_ptr<detail::Registration> registration_;
};

/// Sends the number of each of these signals to `channel` when it comes. One
/// that finds the channel full is dropped: give it room for as many as must not
/// be missed. Several of a kind may come as one.
///
/// Errors: std::system_error for a signal that cannot be caught.
///
/// Example: test/runtime/signals_test.cpp, "ASignalComesThroughAChannel".
Subscription notify(std::shared_ptr<Channel<int>> channel,
                    std::initializer_list<int> numbers);

/// A context that ends with the first SIGINT or SIGTERM: the one to run a
/// server with. From then on, and when the runtime has ended, another signal
/// has its default effect, and ends a program that does not come to its end.
///
/// Example: test/runtime/signals_test.cpp, "TheFirstSignalEndsTheContext".
[[nodiscard]] Context shutdown_context(const Context &parent = background());

} // namespace heddle::signals
