#pragma once

#include "heddle/annotations.h"
#include "heddle/channel.h"
#include "heddle/select.h"
#include "heddle/time.h"

#include <memory>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

namespace heddle {

class CancelFunction;
class Context;
struct Cancellation;

namespace detail {
struct ContextState;
struct ContextHook;
bool watch(const Context &context, ContextHook &hook) noexcept;
void unwatch(const Context &context, ContextHook &hook) noexcept;

/// A value that a context carries, before those of its parents. The rest of the
/// list is shared.
struct ContextValue {
  ContextValue(const void *key, std::shared_ptr<ContextValue> next) noexcept
      : key(key), next(std::move(next)) {}
  ContextValue(const ContextValue &) = delete;
  ContextValue &operator=(const ContextValue &) = delete;
  virtual ~ContextValue();

  const void *const key;
  std::shared_ptr<ContextValue> next;
};

template <typename T> struct ContextValueOf final : ContextValue {
  ContextValueOf(const void *key, std::shared_ptr<ContextValue> next, T value)
      : ContextValue(key, std::move(next)), value(std::move(value)) {}
  const T value;
};
} // namespace detail

/// Names a value of type T that contexts carry; see with_value(). Two keys are
/// never the same, whatever their types: make each once, at namespace scope.
///
///   inline constexpr ContextKey<RequestId> request_id;
template <typename T> class ContextKey {
public:
  using value_type = T;

  constexpr ContextKey() noexcept = default;
  ContextKey(const ContextKey &) = delete;
  ContextKey &operator=(const ContextKey &) = delete;

private:
  // Objects without members might share an address.
  char place_ = 0;
};

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
/// first parameter.
///
/// Every wait can be told to end with a context: put on_receive(ctx.done(), …)
/// among the cases of a select, or call the form of wait(), acquire(),
/// receive(), sleep_for() … that takes a Context first. Those report whether
/// they got what they waited for; with a context that has ended they get
/// nothing, even where no wait would be needed.
///
/// Ordering: what came before the cancellation happens before done() is seen to
/// be ready and error() to be set.
/// Lifetime: any handle, or any child's, keeps the state.
///
/// Example: test/runtime/context_test.cpp, "StopsWorkers".
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

  /// What the nearest with_value() of `key` gave, here or in a parent; null if
  /// none did. Complexity: linear in the number of values carried.
  template <typename T>
  [[nodiscard]] const T *value(const ContextKey<T> &key) const noexcept {
    for (const detail::ContextValue *at = values_.get(); at;
         at = at->next.get())
      if (at->key == &key)
        return &static_cast<const detail::ContextValueOf<T> *>(at)->value;
    return nullptr;
  }

private:
  friend Context background() noexcept;
  friend Cancellation with_cancel(const Context &parent);
  friend Cancellation with_deadline(const Context &parent, TimePoint deadline);
  template <typename T>
  friend Context with_value(const Context &parent, const ContextKey<T> &key,
                            std::type_identity_t<T> value);
  friend bool detail::watch(const Context &, detail::ContextHook &) noexcept;
  friend void detail::unwatch(const Context &, detail::ContextHook &) noexcept;

  explicit Context(std::shared_ptr<detail::ContextState> state,
                   std::shared_ptr<detail::ContextValue> values) noexcept
      : state_(std::move(state)), values_(std::move(values)) {}

  std::shared_ptr<detail::ContextState> state_;
  std::shared_ptr<detail::ContextValue> values_;
};

/// Ends the context it was made with. Copyable; empty by default, when calling
/// it does nothing, as it does after the first time.
class CancelFunction {
public:
  CancelFunction() = default;

  /// Ends the context and all below it. Never waits; any thread may call it.
  void operator()() const noexcept HEDDLE_ENDS_CONTEXT;

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

/// A child of `parent` that can be ended by itself. Call the cancel function
/// once the work is done, on every path: see ScopedContext.
Cancellation with_cancel(const Context &parent) HEDDLE_MAKES_CONTEXT;

/// A child of `parent` that ends at `deadline` at the latest. Call the cancel
/// function once the work is done: it frees the timer at once.
Cancellation with_deadline(const Context &parent,
                           TimePoint deadline) HEDDLE_MAKES_CONTEXT;

/// A child of `parent` that ends when `d` has passed at the latest.
Cancellation with_timeout(const Context &parent,
                          Duration d) HEDDLE_MAKES_CONTEXT;

/// `parent` with a value that it and its children carry. It ends when `parent`
/// does. For what belongs to a request and passes through code that does not
/// care, such as its id; not for parameters.
///
/// Lifetime: the value lives as long as a context that carries it.
template <typename T>
[[nodiscard]] Context with_value(const Context &parent,
                                 const ContextKey<T> &key,
                                 std::type_identity_t<T> value) {
  return Context(parent.state_, std::make_shared<detail::ContextValueOf<T>>(
                                    &key, parent.values_, std::move(value)));
}

/// A context that ends with the scope:
///   ScopedContext context = with_timeout(parent, 1s);
///
/// So nothing that was started with it, and no timer, outlives the work it was
/// made for, whichever way that is left. Pass it on as the Context that it is.
///
/// Example: test/runtime/context_test.cpp, "AScopedOneEndsWithItsScope".
class HEDDLE_ENDS_CONTEXT [[nodiscard]] ScopedContext : public Context {
public:
  ScopedContext(Cancellation cancellation) noexcept
      : Context(std::move(cancellation.context)),
        cancel_(std::move(cancellation.cancel)) {}
  ScopedContext(const ScopedContext &) = delete;
  ScopedContext &operator=(const ScopedContext &) = delete;
  ~ScopedContext() { cancel_(); }

  /// Ends the context before the scope does.
  void cancel() const noexcept HEDDLE_ENDS_CONTEXT { cancel_(); }

private:
  CancelFunction cancel_;
};

/// Calls a cancel function at the end of the scope:
///   auto [context, cancel] = with_cancel(parent);
///   CancelOnExit cancel_on_exit(cancel);
///
/// Example: test/runtime/context_test.cpp, "CancelOnExitCallsIt".
class HEDDLE_ENDS_CONTEXT [[nodiscard]] CancelOnExit {
public:
  explicit CancelOnExit(CancelFunction cancel) noexcept
      : cancel_(std::move(cancel)) {}
  CancelOnExit(const CancelOnExit &) = delete;
  CancelOnExit &operator=(const CancelOnExit &) = delete;
  ~CancelOnExit() { cancel_(); }

private:
  CancelFunction cancel_;
};

/// Waits for `d`, or until `context` ends; reports whether all of `d` passed.
[[nodiscard]] bool sleep_for(const Context &context,
                             Duration d) HEDDLE_SUSPENDS;

/// Waits until `t`, or until `context` ends; reports whether `t` came.
[[nodiscard]] bool sleep_until(const Context &context,
                               TimePoint t) HEDDLE_SUSPENDS;

template <typename T> bool Channel<T>::send(const Context &context, T &&value) {
  bool sent = false;
  if (!context.cancelled())
    select(on_send(*this, std::move(value), [&] { sent = true; }),
           on_receive(context.done()));
  return sent;
}

template <typename T>
std::optional<T> Channel<T>::receive(const Context &context) {
  std::optional<T> received;
  if (!context.cancelled())
    select(on_receive(*this,
                      [&](std::optional<T> value) {
                        if (value)
                          received.emplace(std::move(*value));
                      }),
           on_receive(context.done()));
  return received;
}

} // namespace heddle
