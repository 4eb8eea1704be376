#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/task.h"
#include "heddle/detail/wait_queue.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::detail {

struct ChannelWaiter;

/// What the cases of one waiting select share: the first to claim it is chosen.
struct Selection {
  std::atomic<ChannelWaiter *> chosen{nullptr};

  bool claim(ChannelWaiter &waiter) noexcept {
    ChannelWaiter *nobody = nullptr;
    return chosen.compare_exchange_strong(
        nobody, &waiter, std::memory_order_acq_rel, std::memory_order_relaxed);
  }
};

/// A task's place in the queue of a channel. Not served: it was closed.
struct ChannelWaiter : Waiter {
  /// A sender's value, or where a receiver wants it.
  void *slot = nullptr;
  /// Null: the task waits for nothing else.
  Selection *selection = nullptr;
};

/// What an attempt to send or receive came to, and whom to wake for it once the
/// channel is unlocked.
struct Step {
  enum Result : unsigned char { waits, done, closed };
  Result result;
  Task *wake = nullptr;
};

// Inside the lock values move without throwing: those that might are boxed.
template <typename T>
inline constexpr bool boxed = !std::is_nothrow_move_constructible_v<T>;

/// How a value of T waits to be received, and how it arrives.
template <typename T>
using Packed = std::conditional_t<boxed<T>, std::unique_ptr<T>, T>;
template <typename T>
using Arrival =
    std::conditional_t<boxed<T>, std::unique_ptr<T>, std::optional<T>>;

template <typename T> decltype(auto) pack(T &value) {
  if constexpr (boxed<T>)
    return std::make_unique<T>(std::move(value));
  else
    return (value);
}

template <typename T> void deliver(Packed<T> &from, Arrival<T> &to) noexcept {
  if constexpr (boxed<T>)
    to = std::move(from);
  else
    to.emplace(std::move(from));
}

template <typename T> std::optional<T> unpack(std::unique_ptr<T> &box) {
  if (!box)
    return std::nullopt;
  return std::optional<T>(std::move(*box));
}

/// Whatever must live exactly as long as a channel, like the timer behind it.
class Attachment {
public:
  Attachment() = default;
  Attachment(const Attachment &) = delete;
  Attachment &operator=(const Attachment &) = delete;
  virtual ~Attachment() = default;
};

/// The part of a channel that does not depend on what it carries.
///
/// Invariants, where the lock is free: at most one of the queues holds lone
/// waiters; receivers wait only while size_ is 0, senders only while size_ is
/// capacity_; nobody waits once closed_.
class ChannelBase {
  friend struct SelectCase;

protected:
  ChannelBase(std::size_t capacity, std::source_location where) noexcept
      : capacity_(capacity), made_at_(where) {}
  ChannelBase(const ChannelBase &) = delete;
  ChannelBase &operator=(const ChannelBase &) = delete;

  void close() noexcept;
  bool is_closed() const noexcept;
  std::size_t size() const noexcept;

  /// Parks the caller in `queue` and unlocks the channel, which the caller has
  /// locked. Returns whether the wait was served; it was not if the channel was
  /// closed.
  bool wait(WaitQueue &queue, void *slot, WaitReason reason) HEDDLE_SUSPENDS;

  /// The longest waiter that is still to be had, out of the queue.
  static ChannelWaiter *claim_first(WaitQueue &queue) noexcept {
    while (Waiter *first = queue.pop_front()) {
      auto *waiter = static_cast<ChannelWaiter *>(first);
      if (!waiter->selection || waiter->selection->claim(*waiter))
        return waiter;
    }
    return nullptr;
  }

  mutable SpinLock lock_;
  bool closed_ = false;
  const std::size_t capacity_;
  std::size_t size_ = 0;
  std::size_t head_ = 0;
  WaitQueue receivers_;
  WaitQueue senders_;
  const std::source_location made_at_;
};

} // namespace heddle::detail
