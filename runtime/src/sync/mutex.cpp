#include "heddle/mutex.h"

#include "heddle/runtime.h"
#include "sync/park.h"

namespace heddle {
namespace {

struct MutexWaiter : detail::Waiter {
  // Asks the next unlock() to hand the mutex over: set once the task was woken
  // and found that another had taken it.
  bool passed_over = false;
};

// A critical section that another processor is in may end meanwhile, at a
// fraction of what parking costs. With one processor nobody is in it. Each look
// takes the state from an owner who may be about to lock again, and so ever
// longer pauses lie between them; see SpinLock::wait().
constexpr int spin_pauses[] = {4, 32, 256};

} // namespace

bool Mutex::try_lock_contended(std::uint32_t seen) noexcept {
  return !(seen & locked) && state_.compare_exchange_strong(
                                 seen, seen | locked, std::memory_order_acquire,
                                 std::memory_order_relaxed);
}

void Mutex::lock_slowly() {
  MutexWaiter self;
  const bool spins = procs() > 1;
  const auto comes_free = [&] {
    for (int pauses : spin_pauses) {
      for (int i = 0; i < pauses; ++i)
        detail::cpu_relax();
      if (try_lock_contended(state_.load(std::memory_order_relaxed)))
        return true;
    }
    return false;
  };
  for (;;) {
    if (spins && comes_free())
      return;
    queue_lock_.lock();
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    // With both bits set the state holds still: the owner needs queue_lock_.
    while (seen != (locked | waiters)) {
      if (!(seen & locked)) {
        if (!try_lock_contended(seen)) {
          seen = state_.load(std::memory_order_relaxed);
          continue;
        }
        queue_lock_.unlock();
        return;
      }
      if (state_.compare_exchange_weak(seen, locked | waiters,
                                       std::memory_order_relaxed))
        break;
    }
    if (self.passed_over)
      queue_.push_front(self);
    else
      queue_.push_back(self);
    self.task = detail::current_task();
    detail::park(detail::WaitReason::mutex, detail::unlock_after_park,
                 &queue_lock_);
    if (self.served)
      return;
    self.passed_over = true;
  }
}

void Mutex::unlock_slowly() noexcept {
  queue_lock_.lock();
  auto *first = static_cast<MutexWaiter *>(queue_.pop_front());
  detail::Task *task = first->task;
  const std::uint32_t rest = queue_.empty() ? 0 : waiters;
  // Nobody else writes the state while it is locked | waiters and queue_lock_
  // is held. Release: pairs with the acquire of whoever takes a freed mutex.
  const bool hand_over = first->passed_over;
  first->served = hand_over;
  state_.store(hand_over ? locked | rest : rest, std::memory_order_release);
  queue_lock_.unlock();
  if (hand_over)
    detail::ready_next(task);
  else
    detail::ready(task);
}

} // namespace heddle
