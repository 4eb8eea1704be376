#include "memory/collector.h"

#include "heddle/detail/task.h"
#include "heddle/memory.h"
#include "heddle/mutex.h"
#include "heddle/spawn.h"
#include "memory/pool.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <utility>

namespace heddle {
namespace detail {
namespace {

struct Retired {
  void *object;
  void (*destroy)(void *) noexcept;
};

/// Retired objects, many to an allocation.
struct Batch {
  Batch *next = nullptr;
  std::size_t size = 0;
  std::array<Retired, 63> items;
};

/// Batches, and the objects in them, until they are destroyed.
class Batches {
public:
  constexpr Batches() noexcept = default;
  Batches(Batches &&other) noexcept
      : first_(std::exchange(other.first_, nullptr)) {}
  Batches &operator=(Batches &&other) noexcept {
    std::swap(first_, other.first_);
    return *this;
  }

  bool empty() const noexcept { return !first_; }

  /// A batch with room for one more item.
  Batch &open() {
    if (!first_ || first_->size == first_->items.size()) {
      auto *batch = new Batch;
      batch->next = first_;
      first_ = batch;
    }
    return *first_;
  }

  void splice(Batches other) noexcept {
    while (Batch *batch = other.first_) {
      other.first_ = batch->next;
      batch->next = first_;
      first_ = batch;
    }
  }

  void destroy() noexcept {
    while (Batch *batch = first_) {
      first_ = batch->next;
      for (std::size_t i = 0; i < batch->size; ++i)
        batch->items[i].destroy(batch->items[i].object);
      delete batch;
    }
  }

private:
  Batch *first_ = nullptr;
};

/// What was retired on one processor since the last collection.
struct alignas(64) Shard {
  SpinLock lock;
  Batches batches;
  /// Not yet counted in Collector::pending_.
  std::size_t bytes = 0;
};

// The heap below which a percentage of it would mean collecting all the time.
constexpr std::size_t least_heap = std::size_t{4} << 20;
// What a shard may hold back from the common count.
constexpr std::size_t report_bytes = std::size_t{64} << 10;
constexpr std::size_t item_overhead = sizeof(Retired) + 16;
// A task that has not switched by then is not waited for.
constexpr Duration patience = std::chrono::milliseconds(100);

class Collector {
public:
  void retire(Retired item, std::size_t bytes);
  void collect();
  int set_percent(int percent) noexcept;
  std::size_t limit() const noexcept {
    return limit_.load(std::memory_order_relaxed);
  }
  std::size_t set_limit(std::size_t limit) noexcept;
  void start(const Options &options) noexcept;
  void stop() noexcept;

private:
  void report(std::size_t bytes);
  void gather() noexcept;
  void put_back() noexcept;
  static bool wait_for_readers() HEDDLE_SUSPENDS;
  void pace() noexcept;
  void set_threshold() noexcept;

  std::array<Shard, max_processors> shards_;
  /// Shards from here on were never used.
  std::atomic<std::uint32_t> used_{0};

  std::atomic<int> percent_{100};
  std::atomic<std::size_t> limit_{0};
  /// What holds where the options name no limit.
  std::atomic<std::size_t> chosen_limit_{0};
  std::atomic<std::size_t> heap_{least_heap};
  /// Bytes reported since the last collection, and how many start the next.
  std::atomic<std::size_t> pending_{0};
  std::atomic<std::size_t> threshold_{least_heap};
  std::atomic<bool> scheduled_{false};

  /// The number of collections that have gathered what they free.
  std::atomic<std::uint64_t> begun_{0};
  Mutex turn_;
  // Guarded by turn_.
  std::uint64_t finished_ = 0;
  // Not in the collecting task's frame, where a runtime that stops loses it.
  Batches gathered_;
};

void Collector::retire(Retired item, std::size_t bytes) {
  const std::uint32_t index = processor_index();
  Shard &shard = shards_[index];
  std::uint32_t used = used_.load(std::memory_order_relaxed);
  while (used <= index && !used_.compare_exchange_weak(
                              used, index + 1, std::memory_order_relaxed))
    ;
  std::size_t reported = 0;
  shard.lock.lock();
  try {
    Batch &batch = shard.batches.open();
    batch.items[batch.size++] = item;
  } catch (...) {
    shard.lock.unlock();
    throw;
  }
  shard.bytes += bytes + item_overhead;
  if (shard.bytes >= report_bytes)
    reported = std::exchange(shard.bytes, 0);
  shard.lock.unlock();
  if (reported)
    report(reported);
}

void Collector::report(std::size_t bytes) {
  const std::size_t pending =
      pending_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  if (pending < threshold_.load(std::memory_order_relaxed) || !on_task() ||
      scheduled_.exchange(true, std::memory_order_relaxed))
    return;
  spawn([this] {
    collect();
    scheduled_.store(false, std::memory_order_relaxed);
  });
}

void Collector::collect() {
  const std::uint64_t begun = begun_.load(std::memory_order_seq_cst);
  std::lock_guard turn(turn_);
  // One that began after the call has freed all that the caller asked for.
  if (finished_ > begun)
    return;
  const std::uint64_t number =
      begun_.fetch_add(1, std::memory_order_seq_cst) + 1;
  gather();
  if (!gathered_.empty()) {
    // Who wants a collection meanwhile needs the end of this one.
    // NOLINTNEXTLINE(heddle-lock-across-blocking-call)
    if (wait_for_readers())
      gathered_.destroy();
    else
      put_back();
    pace();
  }
  age_pools();
  finished_ = number;
}

void Collector::gather() noexcept {
  pending_.store(0, std::memory_order_relaxed);
  const std::uint32_t used = used_.load(std::memory_order_relaxed);
  for (Shard &shard : std::span(shards_).first(used)) {
    shard.lock.lock();
    Batches batches = std::move(shard.batches);
    shard.bytes = 0;
    shard.lock.unlock();
    gathered_.splice(std::move(batches));
  }
}

void Collector::put_back() noexcept {
  Shard &shard = shards_.front();
  shard.lock.lock();
  shard.batches.splice(std::move(gathered_));
  shard.lock.unlock();
}

bool Collector::wait_for_readers() {
  GracePeriod grace;
  const TimePoint deadline = Clock::now() + patience;
  Duration nap = std::chrono::microseconds(20);
  for (int round = 0; !grace.passed(); ++round) {
    if (round < 4) {
      yield();
      continue;
    }
    if (Clock::now() > deadline)
      return false;
    sleep_for(nap);
    nap = std::min<Duration>(2 * nap, std::chrono::milliseconds(1));
  }
  return true;
}

void Collector::pace() noexcept {
  // Not what the allocator has given out: asking it takes as long as there are
  // free chunks.
  heap_.store(std::max(resident_bytes(), least_heap),
              std::memory_order_relaxed);
  set_threshold();
}

void Collector::set_threshold() noexcept {
  const int percent = percent_.load(std::memory_order_relaxed);
  const std::size_t limit = limit_.load(std::memory_order_relaxed);
  const std::size_t heap = heap_.load(std::memory_order_relaxed);
  std::size_t threshold = std::numeric_limits<std::size_t>::max();
  if (percent >= 0)
    threshold = heap / 100 * static_cast<std::size_t>(percent);
  if (limit > 0)
    threshold = std::min(threshold, limit > heap ? limit - heap : 0);
  threshold_.store(std::max(threshold, report_bytes),
                   std::memory_order_relaxed);
}

int Collector::set_percent(int percent) noexcept {
  const int former = percent_.exchange(percent, std::memory_order_relaxed);
  set_threshold();
  return former;
}

std::size_t Collector::set_limit(std::size_t limit) noexcept {
  chosen_limit_.store(limit, std::memory_order_relaxed);
  const std::size_t former = limit_.exchange(limit, std::memory_order_relaxed);
  set_threshold();
  return former;
}

void Collector::start(const Options &options) noexcept {
  limit_.store(options.memory_limit
                   ? options.memory_limit
                   : chosen_limit_.load(std::memory_order_relaxed),
               std::memory_order_relaxed);
  if (options.collect_percent != Options().collect_percent)
    percent_.store(options.collect_percent, std::memory_order_relaxed);
  set_threshold();
}

// The task that collected, if there was one, will never go on: what it had
// locked and gathered is taken over.
void Collector::stop() noexcept {
  limit_.store(chosen_limit_.load(std::memory_order_relaxed),
               std::memory_order_relaxed);
  std::destroy_at(&turn_);
  std::construct_at(&turn_);
  scheduled_.store(false, std::memory_order_relaxed);
  do {
    gathered_.destroy();
    gather();
  } while (!gathered_.empty());
}

constinit Collector collector;

} // namespace

void retire(void *object, void (*destroy)(void *) noexcept, std::size_t bytes) {
  collector.retire({object, destroy}, bytes);
}

void start_collector(const Options &options) noexcept {
  collector.start(options);
}

void stop_collector() noexcept { collector.stop(); }

std::size_t memory_limit() noexcept { return collector.limit(); }

} // namespace detail

void collect(std::source_location) { detail::collector.collect(); }

int set_collect_percent(int percent) noexcept {
  return detail::collector.set_percent(percent);
}

std::size_t set_memory_limit(std::size_t bytes) noexcept {
  return detail::collector.set_limit(bytes);
}

} // namespace heddle
