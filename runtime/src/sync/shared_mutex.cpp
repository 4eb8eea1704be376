#include "heddle/mutex.h"

#include "heddle/runtime.h"
#include "sync/park.h"
#include "sync/timed_wait.h"

namespace heddle {
namespace {

struct SharedWaiter : detail::Waiter {
  bool shared = false;
};

constexpr int spin_rounds = 40;

} // namespace

void SharedMutex::lock_slowly(bool shared) {
  const int rounds = procs() > 1 ? spin_rounds : 0;
  for (int round = 0; round < rounds; ++round) {
    detail::cpu_relax();
    if (shared ? try_lock_shared() : try_lock())
      return;
  }

  queue_lock_.lock();
  // While nobody waits, owners come and go without the lock.
  std::uint32_t seen = state_.load(std::memory_order_relaxed);
  while (!(seen & waiters)) {
    const bool enters = shared ? !(seen & writer) : seen == 0;
    const std::uint32_t next = !enters  ? seen | waiters
                               : shared ? seen + reader
                                        : writer;
    // Acquire: pairs with the release of whoever left, where this enters.
    if (!state_.compare_exchange_weak(seen, next, std::memory_order_acquire,
                                      std::memory_order_relaxed))
      continue;
    if (enters)
      return queue_lock_.unlock();
    break;
  }
  SharedWaiter self;
  self.task = detail::current_task();
  self.shared = shared;
  queue_.push_back(self);
  detail::park(detail::WaitReason::mutex, detail::unlock_after_park,
               &queue_lock_);
}

// The last owner has left, or is a writer that leaves. Makes the longest waiter
// an owner, and if that is a reader, the readers behind it.
void SharedMutex::let_next_in() noexcept {
  detail::WakeList wakes;
  queue_lock_.lock();
  std::uint32_t owners = 0;
  while (auto *first = static_cast<SharedWaiter *>(queue_.front())) {
    if (owners && !first->shared)
      break;
    queue_.remove(*first);
    wakes.serve(*first);
    if (!first->shared) {
      owners = writer;
      break;
    }
    owners += reader;
  }
  // Release: pairs with the acquire of those who enter without waiting.
  state_.store(owners | (queue_.empty() ? 0 : waiters),
               std::memory_order_release);
  queue_lock_.unlock();
  wakes.wake();
}

} // namespace heddle
