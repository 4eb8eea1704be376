#include "heddle/task_group.h"

namespace heddle {

void TaskGroup::set_limit(std::size_t n) {
  slots_.reset();
  if (n > 0)
    slots_.emplace(n);
}

void TaskGroup::fail(std::exception_ptr error) noexcept {
  if (failed_.exchange(true, std::memory_order_relaxed))
    return;
  error_ = std::move(error);
  cancel();
}

} // namespace heddle
