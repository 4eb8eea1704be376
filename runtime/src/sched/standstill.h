#pragma once

#include "sched/scheduler.h"

#include <vector>

namespace heddle::detail {

/// While it lives no task that waits goes on, whatever happens: all processors
/// are taken. Those that run go on without.
///
/// On the monitor's thread, which else would take processors, too.
class Standstill {
public:
  Standstill();
  Standstill(const Standstill &) = delete;
  Standstill &operator=(const Standstill &) = delete;
  ~Standstill();

  /// Whether the task waits, and its context is saved and stays so.
  bool is_still(const Task &task) const noexcept;

private:
  bool take_all();
  void note_restless();

  std::vector<Processor *> taken_;
  std::vector<const Task *> restless_;
  bool complete_ = false;
};

} // namespace heddle::detail
