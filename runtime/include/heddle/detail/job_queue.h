#pragma once

#include "heddle/annotations.h"
#include "heddle/detail/channel_base.h"
#include "heddle/detail/task.h"
#include "heddle/detail/wait_queue.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace heddle::detail {

/// The part of a JobQueue that does not depend on what a job is.
///
/// A channel gives each value to the longest of the tasks that wait: with small
/// jobs that is a switch for each, to the stack that has been out of the caches
/// for longest. Here the last to lie down is the first to get up, one at a
/// time; and on its way to its job it calls the next if there are more. So a
/// burst of small jobs is done by few, and what is long or waits by all.
///
/// Invariants, where the lock is free: no more jobs are stored than the
/// capacity and one for each worker that rests; submitters wait only while it
/// is so many; where jobs are stored and workers rest, one of those has been
/// called and has not come yet; nobody rests or waits once closed_.
class alignas(64) JobQueueBase {
public:
  JobQueueBase(const JobQueueBase &) = delete;
  JobQueueBase &operator=(const JobQueueBase &) = delete;

  /// Refuses jobs from now on. Those that are stored can still be taken.
  void close() noexcept;

  /// How many jobs wait for a worker.
  std::size_t waiting() const noexcept;

protected:
  explicit JobQueueBase(std::size_t capacity) noexcept : capacity_(capacity) {}

  bool has_room() const noexcept { return stored_ < capacity_ + resting_; }

  /// The worker to wake for a job that is stored; null: one comes already, or
  /// none rests.
  Task *call_worker() noexcept {
    if (called_ || !last_resting_)
      return nullptr;
    called_ = true;
    return std::exchange(last_resting_, last_resting_->next)->task;
  }

  /// Unlocks the queue and parks the worker, which counts as resting; locks it
  /// again.
  void rest() HEDDLE_SUSPENDS;

  /// Unlocks the queue and parks the submitter. Returns whether its job was
  /// stored; it was not if the queue was closed.
  bool wait_for_room(void *job) HEDDLE_SUSPENDS;

  mutable SpinLock lock_;
  bool closed_ = false;
  bool called_ = false;
  const std::size_t capacity_;
  std::size_t stored_ = 0;
  std::size_t head_ = 0;
  std::size_t resting_ = 0;
  Waiter *last_resting_ = nullptr;
  WaitQueue submitters_;
};

/// Jobs on their way from submitters to the workers of a pool, first in first
/// out.
template <typename T> class JobQueue : public JobQueueBase {
  using Packed = detail::Packed<T>;
  using Arrival = detail::Arrival<T>;

public:
  JobQueue(std::size_t capacity, std::size_t workers)
      : JobQueueBase(capacity), places_(capacity + workers),
        ring_(std::allocator<Packed>().allocate(places_)) {}

  ~JobQueue() {
    while (stored_ > 0)
      std::destroy_at(ring_ + pop());
    std::allocator<Packed>().deallocate(ring_, places_);
  }

  /// Stores the job, waiting until there is room. False: it is refused, as the
  /// queue is or gets closed.
  bool put(T &&job) HEDDLE_SUSPENDS HEDDLE_SENDS {
    auto &&packed = pack(job);
    lock_.lock();
    if (!closed_ && !has_room())
      return wait_for_room(std::addressof(packed));
    return store_or_refuse(packed);
  }

  /// Stores the job if there is room; whether it did.
  bool try_put(T &&job) HEDDLE_SENDS {
    auto &&packed = pack(job);
    lock_.lock();
    return store_or_refuse(packed);
  }

  /// A worker's next job, waiting until there is one; empty once the queue is
  /// closed and holds no more.
  std::optional<T> take() HEDDLE_SUSPENDS HEDDLE_RECEIVES {
    Arrival job{};
    lock_.lock();
    Task *submitter = nullptr;
    while (stored_ == 0 && !closed_) {
      ++resting_;
      if ((submitter = admit()))
        --resting_;
      else
        rest();
    }
    Task *worker = nullptr;
    if (stored_ > 0) {
      Packed *first = ring_ + pop();
      deliver<T>(*first, job);
      std::destroy_at(first);
      if (!submitter)
        submitter = admit();
      if (stored_ > 0)
        worker = call_worker();
    }
    lock_.unlock();
    if (submitter)
      ready(submitter);
    if (worker)
      ready(worker);
    if constexpr (boxed<T>)
      return unpack(job);
    else
      return job;
  }

private:
  std::size_t pop() noexcept {
    --stored_;
    const std::size_t first = head_;
    head_ = first + 1 == places_ ? 0 : first + 1;
    return first;
  }

  void store(Packed &&job) noexcept {
    const std::size_t tail = head_ + stored_++;
    std::construct_at(ring_ + (tail < places_ ? tail : tail - places_),
                      std::move(job));
  }

  bool store_or_refuse(Packed &job) noexcept {
    const bool stores = !closed_ && has_room();
    Task *worker = nullptr;
    if (stores) {
      store(std::move(job));
      worker = call_worker();
    }
    lock_.unlock();
    if (worker)
      ready(worker);
    return stores;
  }

  /// Stores the job of the longest waiting submitter if there is room: to be
  /// woken once the queue is unlocked. Null: nobody.
  Task *admit() noexcept {
    if (submitters_.empty() || !has_room())
      return nullptr;
    auto *submitter = static_cast<ChannelWaiter *>(submitters_.pop_front());
    store(std::move(*static_cast<Packed *>(submitter->slot)));
    submitter->served = true;
    return submitter->task;
  }

  const std::size_t places_;
  Packed *const ring_;
};

} // namespace heddle::detail
