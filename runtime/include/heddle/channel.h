#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/channel_base.h"
#include "heddle/detail/task.h"
#include "heddle/time.h"

#include <cstddef>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle {

class Context;
template <typename T> class Channel;
Channel<TimePoint> after(Duration d, std::source_location where);

namespace detail {
struct ChannelAccess;
}

/// A queue between tasks that carries values of T, which may be move-only.
///
/// With capacity 0 a send waits for its receiver: the value goes from one task
/// straight to the other. With more, sends wait only while the queue is full.
/// Receives wait while it is empty. Any number of tasks and plain OS threads
/// may send and receive at once. `select` (select.h) waits for several
/// channels.
///
/// Closing: close() says that nothing more comes. What is in the queue can
/// still be received. Sends that wait when the channel closes, and all later
/// ones, are refused: they return false and the value is destroyed with the
/// call's argument. Receives that wait, and all later ones once the queue is
/// empty, return an empty optional.
///
/// Ordering: a send happens before the return of the receive that gets its
/// value; with capacity 0 that receive's start also happens before the send's
/// return. close() happens before a receive that returns empty because of it.
/// Fairness: values come out in the order they went in; waiting senders and
/// receivers are served in the order they came.
/// Cancellation: by the forms that take a Context, or in a select beside
/// on_receive(ctx.done(), …). Errors: where moving a T may throw, values travel
/// boxed: an exception in send() leaves the channel as it was; one in receive()
/// loses that one value. Lifetime: must outlive all operations on it. The value
/// received may be the last thing the sender had to do with the channel: the
/// receiver of the last value may destroy it. Undelivered values are destroyed
/// with it.
///
/// Example: test/runtime/channel_test.cpp, "Pipeline".
template <typename T> class Channel : detail::ChannelBase {
  static_assert(std::is_object_v<T> && std::is_move_constructible_v<T>,
                "a channel carries objects that can be moved");

public:
  using value_type = T;
  class Iterator;

  /// A channel that holds up to `capacity` values that nobody has received yet.
  explicit Channel(std::size_t capacity = 0,
                   std::source_location where = std::source_location::current())
      : ChannelBase(capacity, where), ring_(allocate(capacity)) {}

  Channel(const Channel &) = delete;
  Channel &operator=(const Channel &) = delete;

  /// Requires: no task waits for the channel.
  ~Channel() {
    attachment_.reset();
    for (; size_ > 0; --size_) {
      std::destroy_at(ring_ + head_);
      head_ = after_index(head_);
    }
    if (ring_ && ring_ != &inline_slot_.value)
      std::allocator<Packed>().deallocate(ring_, capacity_);
  }

  /// Gives `value` to a receiver or puts it into the queue, waiting until one
  /// of them takes it. Returns false if the channel is or gets closed first.
  bool send(T &&value) HEDDLE_SUSPENDS HEDDLE_SENDS {
    auto &&packed = detail::pack(value);
    lock_.lock();
    detail::Step step = put(packed);
    if (step.result == detail::Step::waits)
      return wait(senders_, std::addressof(packed),
                  detail::WaitReason::channel_send);
    finish(step);
    return step.result == detail::Step::done;
  }
  bool send(const T &value)
    requires std::is_copy_constructible_v<T>
  HEDDLE_SUSPENDS HEDDLE_SENDS {
    return send(T(value));
  }

  /// The next value, waiting until there is one; empty once the channel is
  /// closed and holds no more.
  std::optional<T> receive() HEDDLE_SUSPENDS HEDDLE_RECEIVES {
    Arrival arrival{};
    lock_.lock();
    detail::Step step = take(arrival);
    if (step.result == detail::Step::waits)
      wait(receivers_, std::addressof(arrival),
           detail::WaitReason::channel_receive);
    else
      finish(step);
    if constexpr (boxed)
      return detail::unpack(arrival);
    else
      return arrival;
  }

  /// Sends as above, but gives up when `context` ends; then it returns false
  /// and `value` is still the caller's, unless its move may throw. Requires:
  /// the caller includes context.h.
  [[nodiscard]] bool send(const Context &context,
                          T &&value) HEDDLE_SUSPENDS HEDDLE_SENDS;
  [[nodiscard]] bool send(const Context &context, const T &value)
    requires std::is_copy_constructible_v<T>
  HEDDLE_SUSPENDS HEDDLE_SENDS {
    return send(context, T(value));
  }

  /// Receives as above, but gives up when `context` ends: empty then too.
  /// Requires: the caller includes context.h.
  std::optional<T>
  receive(const Context &context) HEDDLE_SUSPENDS HEDDLE_RECEIVES;

  /// Sends `value` if that needs no waiting; reports whether it did.
  bool try_send(T &&value) HEDDLE_SENDS {
    auto &&packed = detail::pack(value);
    lock_.lock();
    detail::Step step = put(packed);
    finish(step);
    return step.result == detail::Step::done;
  }
  bool try_send(const T &value)
    requires std::is_copy_constructible_v<T>
  HEDDLE_SENDS {
    return try_send(T(value));
  }

  /// The next value if there is one now; empty also if the channel is closed.
  std::optional<T> try_receive() {
    Arrival arrival{};
    lock_.lock();
    finish(take(arrival));
    if constexpr (boxed)
      return detail::unpack(arrival);
    else
      return arrival;
  }

  /// Says that no more values come. Closing twice is the same as once. Never
  /// waits.
  void close() noexcept HEDDLE_CLOSES { ChannelBase::close(); }

  /// Whether the channel was closed; values may still be in it.
  [[nodiscard]] bool is_closed() const noexcept {
    return ChannelBase::is_closed();
  }

  /// How many values wait in the queue now: for metrics and tests.
  [[nodiscard]] std::size_t size() const noexcept {
    return ChannelBase::size();
  }

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  /// Receives until the channel is closed and empty:
  ///   for (Job job : jobs) …
  Iterator begin() HEDDLE_SUSPENDS HEDDLE_RECEIVES { return Iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

private:
  friend struct detail::ChannelAccess;
  friend Channel<TimePoint> after(Duration d, std::source_location where);

  static constexpr bool boxed = detail::boxed<T>;
  using Packed = detail::Packed<T>;
  using Arrival = detail::Arrival<T>;

  template <typename A>
  Channel(std::in_place_type_t<A>, std::size_t capacity, Duration d,
          std::source_location where)
      : Channel(capacity, where) {
    attachment_ = std::make_unique<A>(*this, d);
  }

  Packed *allocate(std::size_t capacity) {
    if (capacity == 0)
      return nullptr;
    if (capacity == 1)
      return &inline_slot_.value;
    return std::allocator<Packed>().allocate(capacity);
  }

  std::size_t after_index(std::size_t index) const noexcept {
    return index + 1 == capacity_ ? 0 : index + 1;
  }

  // Takes the value unless there is no room for it. The channel is locked.
  detail::Step put(Packed &value) noexcept {
    using detail::Step;
    if (closed_)
      return {Step::closed};
    if (auto *receiver = claim_first(receivers_)) {
      detail::deliver<T>(value, *static_cast<Arrival *>(receiver->slot));
      receiver->served = true;
      return {Step::done, receiver->task};
    }
    if (size_ == capacity_)
      return {Step::waits};
    std::size_t tail = head_ + size_;
    if (tail >= capacity_)
      tail -= capacity_;
    std::construct_at(ring_ + tail, std::move(value));
    ++size_;
    return {Step::done};
  }

  // Delivers the next value if there is one. The channel is locked.
  detail::Step take(Arrival &arrival) noexcept {
    using detail::Step;
    if (size_ == 0) {
      if (auto *sender = claim_first(senders_)) {
        detail::deliver<T>(*static_cast<Packed *>(sender->slot), arrival);
        sender->served = true;
        return {Step::done, sender->task};
      }
      return {closed_ ? Step::closed : Step::waits};
    }
    Packed *first = ring_ + head_;
    detail::deliver<T>(*first, arrival);
    std::destroy_at(first);
    head_ = after_index(head_);
    if (auto *sender = claim_first(senders_)) {
      // Senders wait only while the queue is full: its end is where it began.
      std::construct_at(first, std::move(*static_cast<Packed *>(sender->slot)));
      sender->served = true;
      return {Step::done, sender->task};
    }
    --size_;
    return {Step::done};
  }

  void finish(detail::Step step) noexcept {
    lock_.unlock();
    if (step.wake)
      detail::ready_next(step.wake);
  }

  union InlineSlot {
    InlineSlot() noexcept {}
    ~InlineSlot() {}
    Packed value;
  };

  InlineSlot inline_slot_;
  Packed *const ring_;
  std::unique_ptr<detail::Attachment> attachment_;
};

/// Receives the values of a channel one by one: an input iterator.
template <typename T> class Channel<T>::Iterator {
public:
  using iterator_concept = std::input_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;

  /// The value received, to be moved from: each is given out once.
  T &&operator*() const noexcept { return std::move(*value_); }

  /// Receives the next value.
  Iterator &operator++() HEDDLE_SUSPENDS {
    value_ = channel_->receive();
    return *this;
  }
  void operator++(int) HEDDLE_SUSPENDS { ++*this; }

  friend bool operator==(const Iterator &at, std::default_sentinel_t) noexcept {
    return !at.value_;
  }

private:
  friend class Channel;
  explicit Iterator(Channel &channel) HEDDLE_SUSPENDS HEDDLE_RECEIVES
      : channel_(&channel),
        value_(channel.receive()) {}

  Channel *channel_;
  mutable std::optional<T> value_;
};

/// A channel whose life its users share.
template <typename T>
[[nodiscard]] std::shared_ptr<Channel<T>>
make_channel(std::size_t capacity = 0,
             std::source_location where = std::source_location::current()) {
  return std::make_shared<Channel<T>>(capacity, where);
}

} // namespace heddle
