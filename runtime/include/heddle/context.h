#pragma once

#include "heddle/annotations.h"
#include "heddle/channel.h"
#include "heddle/select.h"
#include "heddle/time.h"

#include <memory>
#include <optional>
#include <system_error>

namespace heddle {

class CancelFunction;
class Context;
struct Cancellation;

namespace detail {
struct ContextState;
}

/// The end of a Context, as something to wait for.
class Done {
public:
  /// Returns once the context has ended.
  void wait() const HEDDLE_SUSPENDS { signal_->receive(); }

  /// The same; says with an empty optional that nothing ever comes of it.
  std::optional<TimePoint> receive() const HEDDLE_SUSPENDS {
    return signal_->receive();
  }

private:
  friend struct detail::ContextState;
  friend Channel<TimePoint> &channel_of(const Done &done) noexcept {
    return *done.signal_;
  }

  explicit Done(Channel<TimePoint> &signal) noexcept : signal_(&signal) {}

  Channel<TimePoint> *signal_;
};

/// Says to a tree of tasks that what they do is not wanted any more.
///
/// A context ends when it is cancelled, when its deadline passes, or when its
/// parent ends. Handles are cheap to copy and share one state. Pass it as the
/// first parameter, and wait with on_receive(ctx.done(), …) among the cases.
///
/// Ordering: what came before the cancellation happens before done() is seen to
/// be ready and error() to be set.
/// Lifetime: any handle, or any child's, keeps the state.
class Context {
public:
  /// Ready, by being closed, once the context has ended.
  [[nodiscard]] const Done &done() const noexcept;

  /// Why it has ended: std::errc::operation_canceled, std::errc::timed_out, or
  /// nothing while it has not.
  [[nodiscard]] std::error_code error() const noexcept;

  /// Whether it has ended.
  [[nodiscard]] bool cancelled() const noexcept {
    return static_cast<bool>(error());
  }

  /// When it ends at the latest, if that is known.
  [[nodiscard]] std::optional<TimePoint> deadline() const noexcept;

private:
  friend Context background() noexcept;
  friend Cancellation with_cancel(const Context &parent);
  friend Cancellation with_deadline(const Context &parent, TimePoint deadline);
  friend class CancelFunction;

  explicit Context(std::shared_ptr<detail::ContextState> state) noexcept
      : state_(std::move(state)) {}

  std::shared_ptr<detail::ContextState> state_;
};

/// Ends the context it was made with. Copyable; empty by default, when calling
/// it does nothing, as it does after the first time.
class CancelFunction {
public:
  CancelFunction() = default;

  /// Ends the context and all below it. Never waits; any thread may call it.
  void operator()() const noexcept;

  explicit operator bool() const noexcept { return state_ != nullptr; }

private:
  friend Cancellation with_cancel(const Context &parent);
  friend Cancellation with_deadline(const Context &parent, TimePoint deadline);

  explicit CancelFunction(std::shared_ptr<detail::ContextState> state) noexcept
      : state_(std::move(state)) {}

  std::shared_ptr<detail::ContextState> state_;
};

/// A context and what ends it:
///   auto [context, cancel] = with_timeout(parent, 1s);
struct [[nodiscard]] Cancellation {
  Context context;
  CancelFunction cancel;
};

/// The context that never ends: the root of every tree.
[[nodiscard]] Context background() noexcept;

/// A child of `parent` that can be ended by itself.
Cancellation with_cancel(const Context &parent);

/// A child of `parent` that ends at `deadline` at the latest. Call the cancel
/// function once the work is done: it frees the timer at once.
Cancellation with_deadline(const Context &parent, TimePoint deadline);

/// A child of `parent` that ends when `d` has passed at the latest.
Cancellation with_timeout(const Context &parent, Duration d);

} // namespace heddle
