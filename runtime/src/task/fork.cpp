#include "heddle/parallel.h"

namespace heddle::detail {

void Fork::keep(std::exception_ptr error) noexcept {
  if (!failed_.exchange(true, std::memory_order_relaxed))
    error_ = std::move(error);
}

// Acquire and release: the last to leave sees waiter_, and the owner sees what
// all branches did. The last access of whoever is not the last.
void Fork::leave() noexcept {
  if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1)
    ready_next(waiter_);
}

void Fork::wait() {
  park(
      WaitReason::children,
      [](Task *self, void *arg) noexcept {
        auto &fork = *static_cast<Fork *>(arg);
        fork.waiter_ = self;
        std::int64_t begun = fork.begun_;
        return fork.pending_.fetch_add(begun, std::memory_order_acq_rel) +
                   begun !=
               0;
      },
      this);
}

} // namespace heddle::detail
