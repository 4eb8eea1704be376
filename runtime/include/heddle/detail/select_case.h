#pragma once

#include "heddle/annotations.h"
#include "heddle/channel.h"
#include "heddle/detail/channel_base.h"
#include "heddle/time.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::detail {

/// Reaches into a channel for select.
struct ChannelAccess {
  template <typename T> static ChannelBase &base(Channel<T> &channel) {
    return channel;
  }
  template <typename T>
  static Step put(ChannelBase &base, void *value) noexcept {
    return static_cast<Channel<T> &>(base).put(
        *static_cast<Packed<T> *>(value));
  }
  template <typename T>
  static Step take(ChannelBase &base, void *arrival) noexcept {
    return static_cast<Channel<T> &>(base).take(
        *static_cast<Arrival<T> *>(arrival));
  }
  template <typename T> static std::optional<T> unpack(Arrival<T> &arrival) {
    if constexpr (boxed<T>)
      return detail::unpack(arrival);
    else
      return std::move(arrival);
  }
  template <typename T> static Packed<T> pack(T value) {
    if constexpr (boxed<T>)
      return std::make_unique<T>(std::move(value));
    else
      return value;
  }
};

/// The channel behind something that can be received from. Timer, Ticker and
/// Done have friends of this name.
template <typename T> Channel<T> &channel_of(Channel<T> &channel) noexcept {
  return channel;
}
template <typename T>
Channel<T> &channel_of(const std::shared_ptr<Channel<T>> &handle) noexcept {
  return *handle;
}

template <typename S>
concept Receivable =
    requires(std::remove_reference_t<S> &source) { channel_of(source); };

// Qualified: only channels themselves, and no timer, can be sent to.
template <typename S>
concept Sendable =
    requires(std::remove_reference_t<S> &sink) { detail::channel_of(sink); };

/// What select has to know of a case.
struct SelectCase {
  enum Kind : unsigned char { receive, send, timeout, otherwise };

  Kind kind;
  ChannelBase *channel = nullptr;
  Step (*attempt)(ChannelBase &, void *slot) noexcept = nullptr;
  Duration patience{};
  ChannelWaiter waiter{};

  static constexpr bool is_timeout = false;
  static constexpr bool is_otherwise = false;

  WaitQueue &queue() const noexcept {
    return kind == send ? channel->senders_ : channel->receivers_;
  }
  SpinLock &lock() const noexcept { return channel->lock_; }
};

/// Waits for one of `cases` to take effect and returns its index. `locks` and
/// `turns` are room for `count` cases each.
std::size_t choose(SelectCase *const *cases, std::size_t count,
                   SelectCase **locks, SelectCase **turns) HEDDLE_SUSPENDS;

/// The type of a function object's only parameter; void if it has none, or if
/// it is not one plain function.
template <typename F> struct ParameterOf {
  using type = void;
};
template <typename F>
  requires requires { &F::operator(); }
struct ParameterOf<F> : ParameterOf<decltype(&F::operator())> {};
template <typename R, typename C, typename A> struct ParameterOf<R (C::*)(A)> {
  using type = A;
};
template <typename R, typename C, typename A>
struct ParameterOf<R (C::*)(A) const> {
  using type = A;
};
template <typename R, typename C, typename A>
struct ParameterOf<R (C::*)(A) noexcept> {
  using type = A;
};
template <typename R, typename C, typename A>
struct ParameterOf<R (C::*)(A) const noexcept> {
  using type = A;
};
template <typename R, typename A> struct ParameterOf<R (*)(A)> {
  using type = A;
};
template <typename R, typename A> struct ParameterOf<R (*)(A) noexcept> {
  using type = A;
};

template <typename T, typename F> class ReceiveCase : public SelectCase {
  // Named first: asking whether a generic lambda takes an optional would
  // instantiate its body with one.
  static constexpr bool takes_optional =
      std::is_same_v<std::remove_cvref_t<typename ParameterOf<F>::type>,
                     std::optional<T>>;
  static constexpr bool takes_nothing = std::is_invocable_v<F &>;

public:
  ReceiveCase(Channel<T> &source, F f)
      : SelectCase{.kind = receive,
                   .channel = &ChannelAccess::base(source),
                   .attempt = ChannelAccess::take<T>},
        f_(std::move(f)) {}

  void prepare() noexcept { waiter.slot = std::addressof(arrival_); }

  void finish() {
    if constexpr (takes_optional) {
      f_(ChannelAccess::unpack<T>(arrival_));
    } else if constexpr (takes_nothing) {
      f_();
    } else {
      static_assert(std::is_invocable_v<F &, T>,
                    "the function of on_receive takes an std::optional of the "
                    "channel's type, that type, or nothing");
      if (arrival_)
        f_(std::move(*arrival_));
    }
  }

private:
  F f_;
  Arrival<T> arrival_{};
};

/// Whether a V is sent from where it is, and so moved from only if it is sent.
template <typename T, typename V>
inline constexpr bool sent_in_place =
    std::is_same_v<T, V> && std::is_nothrow_move_constructible_v<T> &&
    !std::is_trivially_copyable_v<T>;

template <typename T, typename V, typename F>
class SendCase : public SelectCase {
  static constexpr bool in_place = sent_in_place<T, V>;

public:
  SendCase(Channel<T> &sink, V &&value, F f)
      : SelectCase{.kind = send,
                   .channel = &ChannelAccess::base(sink),
                   .attempt = ChannelAccess::put<T>},
        f_(std::move(f)), value_(hold(std::forward<V>(value))) {}

  void prepare() noexcept {
    if constexpr (in_place)
      waiter.slot = value_;
    else
      waiter.slot = std::addressof(value_);
  }

  void finish() {
    if constexpr (std::is_invocable_v<F &, bool>)
      f_(waiter.served);
    else if (waiter.served)
      f_();
  }

private:
  static auto hold(V &&value) {
    if constexpr (in_place)
      return std::addressof(value);
    else
      return ChannelAccess::pack<T>(T(std::forward<V>(value)));
  }

  F f_;
  std::conditional_t<in_place, T *, Packed<T>> value_;
};

template <typename F> class TimeoutCase : public SelectCase {
public:
  static constexpr bool is_timeout = true;

  TimeoutCase(Duration d, F f)
      : SelectCase{.kind = timeout, .patience = d}, f_(std::move(f)) {}

  void prepare() noexcept {}
  void finish() { f_(); }

private:
  F f_;
};

template <typename F> class OtherwiseCase : public SelectCase {
public:
  static constexpr bool is_otherwise = true;

  explicit OtherwiseCase(F f)
      : SelectCase{.kind = otherwise}, f_(std::move(f)) {}

  void prepare() noexcept {}
  void finish() { f_(); }

private:
  F f_;
};

} // namespace heddle::detail
