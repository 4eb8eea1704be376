/// Runs that are the same each time: on one processor, with every choice drawn
/// from a seed, and time that passes only while all tasks wait.
#pragma once

#include "sched/scheduler.h"

#include <atomic>
#include <cstdint>

namespace heddle::detail {

class Seeded {
public:
  bool on() const noexcept { return on_.load(std::memory_order_relaxed); }
  std::uint64_t seed() const noexcept { return seed_; }

  /// The next run is such a one. Requires: no runtime runs.
  void begin(std::uint64_t seed) noexcept;
  void end() noexcept;
  /// Prepares the processors that the run starts with. The lock is held.
  void prepare_processors() noexcept;

  /// Any number below `bound`, each as likely as the others.
  std::uint32_t below(std::uint32_t bound) noexcept;
  bool toss() noexcept { return below(2); }

  /// Takes any of the tasks that could run; null: there are none.
  Task *choose(Processor &processor) noexcept;

  /// Moves time to the next timer, and fires it. False: there is none.
  bool advance_time() noexcept;

private:
  std::atomic<bool> on_{false};
  std::uint64_t seed_ = 0;
  // Drawn from by whoever has the processor, and by threads outside, whose
  // doings no seed can repeat.
  std::atomic<std::uint64_t> state_{0};
};

extern Seeded seeded;

} // namespace heddle::detail
