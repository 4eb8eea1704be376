#include "sched/seeded.h"

#include "sched/queues.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace heddle::detail {

Seeded seeded;

namespace {

// The same in each run, as the slots that timers fall into depend on it.
constexpr std::int64_t first_moment = std::int64_t{1} << 50;

} // namespace

void Seeded::begin(std::uint64_t seed) noexcept {
  seed_ = seed;
  state_.store(seed, std::memory_order_relaxed);
  virtual_time.store(first_moment, std::memory_order_relaxed);
  on_.store(true, std::memory_order_relaxed);
}

void Seeded::end() noexcept {
  on_.store(false, std::memory_order_relaxed);
  virtual_time.store(0, std::memory_order_relaxed);
}

void Seeded::prepare_processors() noexcept {
  for (auto &place : scheduler.processors) {
    Processor *processor = place.load(std::memory_order_relaxed);
    if (!processor)
      break;
    processor->wheel.clear(now_ns());
    // The first turn is one that looks up; see take_own().
    processor->turns_left = 1;
  }
}

// SplitMix64: any seed will do, and neighbours have nothing in common.
std::uint32_t Seeded::below(std::uint32_t bound) noexcept {
  std::uint64_t z =
      state_.load(std::memory_order_relaxed) + 0x9e3779b97f4a7c15u;
  state_.store(z, std::memory_order_relaxed);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return static_cast<std::uint32_t>((z >> 32) * bound >> 32);
}

Task *Seeded::choose(Processor &processor) noexcept {
  TaskList all = std::exchange(processor.batch, {});
  if (Task *woken = processor.slot.exchange(nullptr, std::memory_order_relaxed))
    all.push(woken);
  all.append(processor.queue.take(RunQueue::capacity));
  {
    std::lock_guard guard(scheduler.lock);
    all.append(std::exchange(scheduler.queue, {}));
    scheduler.queued.store(0, std::memory_order_relaxed);
  }
  Task *chosen = nullptr;
  if (all.count > 0) {
    for (auto skip = below(static_cast<std::uint32_t>(all.count)); skip; --skip)
      all.push(all.pop());
    chosen = all.pop();
  }
  add_batch(processor, std::move(all));
  return chosen;
}

bool Seeded::advance_time() noexcept {
  const std::int64_t next = next_timer();
  if (next == Wheel::never ||
      scheduler.stopping.load(std::memory_order_relaxed))
    return false;
  const std::int64_t now = std::max(next, now_ns());
  virtual_time.store(now, std::memory_order_relaxed);
  fire_timers(now);
  return true;
}

} // namespace heddle::detail
