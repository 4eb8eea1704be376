#pragma once

#include "unit_runner.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace heddle::tool {

/// Lints units in processes of their own, so that a crash in one is a problem
/// of that unit and of nothing else. The processes are this program again, as
/// `heddle worker`.
class WorkerPool {
public:
  struct Events {
    llvm::function_ref<void(size_t unit)> started;
    llvm::function_ref<void(size_t unit, UnitResult result)> finished;
  };

  explicit WorkerPool(unsigned size);
  WorkerPool(WorkerPool &&);
  ~WorkerPool();

  /// Runs every request, and returns when each has finished or crashed.
  void run(const std::vector<Request> &requests, Events events);

private:
  class Worker;
  std::vector<std::unique_ptr<Worker>> workers;
};

} // namespace heddle::tool
